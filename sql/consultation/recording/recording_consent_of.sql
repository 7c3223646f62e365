create or replace function app_private.recording_consent_of(clinic_id bigint, booking_id bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return (
    select jsonb_build_object('agreedAt', c.patient_agreed_at, 'withdrewAt', c.patient_withdrew_at)
    from app_public.recording_consents c
    where c.clinic_id = recording_consent_of.clinic_id and c.booking_id = recording_consent_of.booking_id);
end
$$;

comment on function app_private.recording_consent_of is
'The patient''s consent to the recording of a visit, as export_customer returns it. Null if there is none.';
