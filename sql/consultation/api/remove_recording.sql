create or replace function app_public.remove_recording(clinic_id bigint, recording_id bigint)
returns app_public.recordings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  recording app_public.recordings :=
    app_private.own_recording(remove_recording.clinic_id, remove_recording.recording_id);
begin
  update app_public.recordings r set state = 'removing', state_since = now(), retry_at = now()
  where r.clinic_id = recording.clinic_id and r.id = recording.id
  returning r.* into recording;
  return recording;
end
$$;

comment on function app_public.remove_recording is
'Removes a recording: nobody sees it from now on, and the job keep_recordings deletes the file. This cannot be undone. '
'For the patient of the visit, a guardian, and its doctor. Refuses unauthenticated, recording_not_found.';

grant execute on function app_public.remove_recording to app_customer;
