create or replace function app_private.text_values(
  clinic app_public.clinics, customer_name text, doctor_name text, starts_at timestamptz, language text, booking_id bigint,
  cancelled_by app_public.booking_party, reason text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- The clinic's clock: that is where the patient has to be.
  said record := app_private.say_time(starts_at, clinic.time_zone, language);
begin
  -- Of texts only: jsonb_build_object looks at the type of each, which took longer than all else.
  return jsonb_object(array[
    'clinic', clinic.name, 'address', clinic.address, 'phone', clinic.phone,
    'doctor', doctor_name, 'customer', customer_name,
    'when', said."when", 'date', said.date, 'time', said."time",
    'booking', booking_id::text, 'reason', reason,
    'by_customer', case cancelled_by when 'customer' then 'yes' end, 'by_clinic', case cancelled_by when 'clinic' then 'yes' end]);
end
$$;

comment on function app_private.text_values(app_public.clinics, text, text, timestamptz, text, bigint, app_public.booking_party, text) is
'The {{words}} of a message and what they stand for. check_notification_text knows the same words.';

revoke all on function app_private.text_values(app_public.clinics, text, text, timestamptz, text, bigint, app_public.booking_party, text) from public;
