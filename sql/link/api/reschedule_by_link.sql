create or replace function app_public.reschedule_by_link(
  token text, booking_slot_id bigint, idempotency_key text default null)
returns app_public.linked_booking
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  booking app_public.bookings := app_private.booking_of_link(reschedule_by_link.token, 'manage');
  own_claims jsonb;
begin
  if booking.id is null then
    return app_private.refuse_link();
  end if;
  own_claims := app_private.begin_as_link_holder(booking.customer_id);
  perform app_public.reschedule_booking(
    booking.clinic_id, booking.id, reschedule_by_link.booking_slot_id, reschedule_by_link.idempotency_key);
  perform app_private.set_claims(own_claims);
  return app_private.linked_booking(booking.clinic_id, booking.id);
end
$$;

comment on function app_public.reschedule_by_link is
'Moves the booking to which the link of a message leads to another free slot of the clinic, as its customer, by the '
'rules of reschedule_booking. The link stays the same. For anyone who has it. Free slots are found with '
'available_slots. Refuses link_invalid (in the field refusal), too_many_attempts, illegal_transition, '
'cancellation_too_late, customer_busy, slot_not_found, slot_taken, slot_held, slot_offered, slot_withdrawn, '
'doctor_absent, slot_reserved, service_not_found, service_not_offered, start_not_offered, run_not_free, '
'no_resource_free, booking_too_late, booking_too_far_ahead, slot_in_the_past, payment_required, '
'idempotency_key_reused, invalid_argument.';

grant execute on function app_public.reschedule_by_link to app_anonymous;
