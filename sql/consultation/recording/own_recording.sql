create or replace function app_private.own_recording(clinic_id bigint, id bigint) returns app_public.recordings
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  recording app_public.recordings;
begin
  if app_hidden.current_account_id() is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  select r.* into recording from app_public.recordings r
  where r.clinic_id = own_recording.clinic_id and r.id = own_recording.id and r.state <> 'removing'
    and (r.customer_id = any (app_hidden.current_customer_ids())
      or app_private.is_own_visit(r.clinic_id, r.doctor_id))
  for no key update;
  if not found then
    perform app_hidden.refuse('recording_not_found', 'No such recording.',
      jsonb_build_object('recordingId', own_recording.id::text));
  end if;
  return recording;
end
$$;

comment on function app_private.own_recording is
'Locks and returns a recording of which the caller is the patient, a guardian, or the doctor. Refuses unauthenticated, '
'recording_not_found.';
