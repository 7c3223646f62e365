create or replace function app_private.acts_as_desk(booking app_public.bookings) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  as_desk boolean := app_private.require_desk_or_customer(booking.clinic_id, booking.customer_id);
begin
  if as_desk is null then
    perform app_hidden.refuse('booking_not_found', 'No such booking in this clinic.',
      jsonb_build_object('bookingId', booking.id::text));
  end if;
  return as_desk;
end
$$;

comment on function app_private.acts_as_desk is
'Whether the caller acts on the booking as the desk (true) or as its customer (false): themselves, a dependant or a '
'merged record. Refuses all other callers: unauthenticated, forbidden (staff without the rights of the desk), '
'booking_not_found.';
