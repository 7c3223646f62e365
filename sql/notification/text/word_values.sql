create or replace function app_private.word_values(
  clinic app_public.clinics, customer_name text, doctor_name text, service_name text, starts_at timestamptz,
  language text, booking_id bigint, cancelled_by app_public.booking_party, reason text, link text,
  join_link text, room text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- The clinic's local time: that is where the patient has to be.
  formatted record := app_private.format_time(starts_at, clinic.time_zone, language);
begin
  -- jsonb_object of texts, because jsonb_build_object looks up the type of each argument, which took most of the
  -- time.
  return jsonb_object(array[
    -- Nobody should travel to an online visit.
    'clinic', clinic.name, 'address', case when join_link is null then clinic.address end, 'room', room,
    'phone', clinic.phone,
    'doctor', doctor_name, 'customer', customer_name, 'service', service_name,
    'when', formatted."when", 'date', formatted.date, 'time', formatted."time",
    'booking', booking_id::text, 'link', link, 'join', join_link, 'reason', reason,
    'by_customer', case cancelled_by when 'customer' then 'yes' end, 'by_clinic', case cancelled_by when 'clinic'
      then 'yes' end]);
end
$$;

comment on function app_private.word_values is
'The values of the {{words}} of a message. assert_text_is_valid has the same list of words. `service_name` is null for '
'a visit without a service, `room` for one without a room.';
