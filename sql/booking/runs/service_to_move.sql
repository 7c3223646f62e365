create or replace function app_private.service_to_move(
  booking app_public.bookings, service_id bigint, slot app_public.booking_slots, by_desk boolean)
returns app_public.services
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  is_kept constant boolean := coalesce(service_to_move.service_id, booking.service_id) = booking.service_id;
  service constant app_public.services := app_private.offered_service(booking.clinic_id,
    coalesce(service_to_move.service_id, booking.service_id), slot.doctor_id, coalesce(is_kept, false));
begin
  if not by_desk then
    if is_kept is not true then
      perform app_private.assert_may_book_service(service, booking.customer_id);
    end if;
    perform app_private.assert_starts_as_offered(service, slot.starts_at + service.buffer_before);
  end if;
  return service;
end
$$;

comment on function app_private.service_to_move is
'The service of a booking that is moved to this slot, as app_private.offered_service returns it: `service_id`, or the '
'booking''s own if it is null. A booking keeps its service even if it is inactive or the customer could not choose '
'it any more. Refuses service_not_found, service_not_offered, service_not_for_customer, start_not_offered.';
