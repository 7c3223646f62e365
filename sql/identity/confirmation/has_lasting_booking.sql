create or replace function app_private.has_lasting_booking(customer_id bigint, since timestamptz) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return exists (
      select from app_public.bookings b
      where b.customer_id = has_lasting_booking.customer_id
        and (b.status <> 'cancelled' or b.cancelled_at >= has_lasting_booking.since))
    or exists (
      select from app_public.archived_bookings b
      where b.customer_id = has_lasting_booking.customer_id and b.status <> 'cancelled');
end
$$;

comment on function app_private.has_lasting_booking is
'Whether a customer has a booking that is ahead or took place, or one that was cancelled after `since`.';
