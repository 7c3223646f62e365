create or replace function app_public.resources_for_booking(clinic_id bigint, booking_id bigint)
returns setof app_public.resources
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  booking app_public.bookings;
begin
  perform app_private.require_clinic_role(resources_for_booking.clinic_id, 'staff');
  select b.* into booking from app_public.bookings b
  where b.clinic_id = resources_for_booking.clinic_id and b.id = resources_for_booking.booking_id;
  if booking.id is null then
    perform app_hidden.refuse('booking_not_found', 'No such booking in this clinic.',
      jsonb_build_object('bookingId', resources_for_booking.booking_id::text));
  end if;
  return query
    select r.* from app_private.free_resources(
      row(booking.clinic_id, booking.service_id, booking.visit_starts_at, booking.visit_ends_at),
      own_booking_id => booking.id) f
    join app_public.resources r on r.clinic_id = booking.clinic_id and r.id = f.resource_id
    where booking.takes_resources and booking.status <> 'cancelled'
    order by f.need, r.name;
end
$$;

comment on function app_public.resources_for_booking is
'The rooms and equipment that a booking can have at its time: those that meet a need of its service and are free, and '
'those that it has. For the staff of the clinic. Refuses forbidden, unauthenticated, booking_not_found.';

grant execute on function app_public.resources_for_booking to app_staff;
