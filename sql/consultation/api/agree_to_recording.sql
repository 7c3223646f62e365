create or replace function app_public.agree_to_recording(
  clinic_id bigint, booking_id bigint, agrees boolean default true) returns app_public.recording_consents
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  booking app_public.bookings;
  consent app_public.recording_consents;
  is_patient boolean;
  is_doctor boolean;
begin
  if app_hidden.current_account_id() is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  select b.* into booking from app_public.bookings b
  where b.clinic_id = agree_to_recording.clinic_id and b.id = agree_to_recording.booking_id for share;
  is_patient := coalesce(booking.customer_id = any (app_hidden.current_customer_ids()), false);
  is_doctor := app_private.is_own_visit(booking.clinic_id, booking.doctor_id);
  if not (is_patient or is_doctor) then
    perform app_hidden.refuse('booking_not_found', 'No such booking.',
      jsonb_build_object('bookingId', agree_to_recording.booking_id::text));
  end if;
  if is_patient then
    consent := app_private.agree(booking, 'customer', agree_to_recording.agrees);
  end if;
  if is_doctor then
    consent := app_private.agree(booking, 'clinic', agree_to_recording.agrees);
  end if;
  return consent;
end
$$;

comment on function app_public.agree_to_recording is
'Records that the caller agrees to a recording of an online visit, or with `agrees` false no longer agrees; then the '
'recordings of the visit are removed. Possible until the room of the visit closes. For the patient of the visit, a '
'guardian, and its doctor; both have to agree before anything is recorded. Refuses unauthenticated, '
'booking_not_found, invalid_argument, recording_not_offered, consultation_over.';

grant execute on function app_public.agree_to_recording to app_customer;
