create or replace function app_private.recordings_of(clinic_id bigint, booking_id bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return (
    select coalesce(jsonb_agg(
      jsonb_build_object('id', r.id::text, 'contentType', r.content_type, 'bytes', r.bytes, 'createdAt', r.created_at,
        'deleteAt', r.delete_at, 'patientAgreedAt', r.patient_agreed_at, 'doctorAgreedAt', r.doctor_agreed_at)
      order by r.id), '[]')
    from app_public.recordings r
    where r.clinic_id = recordings_of.clinic_id and r.booking_id = recordings_of.booking_id and r.state = 'stored');
end
$$;

comment on function app_private.recordings_of is
'The recordings of a visit, as export_customer returns them: without the files, which open_recording opens.';
