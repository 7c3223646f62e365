create or replace function app_public.open_recording(clinic_id bigint, recording_id bigint)
returns app_public.recording_link
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  recording app_public.recordings := app_private.own_recording(open_recording.clinic_id, open_recording.recording_id);
begin
  if recording.state <> 'stored' then
    perform app_hidden.refuse('recording_not_stored', 'The recording is still being uploaded.');
  end if;
  return app_private.recording_link_of(recording, 'GET', now() + interval '5 minutes');
end
$$;

comment on function app_public.open_recording is
'A link from which the recording can be downloaded for five minutes (`url`). It is a mutation because anyone who has '
'the link can use it, so answers must not be stored. For the patient of the visit, a guardian, and its doctor. Refuses '
'unauthenticated, recording_not_found, recording_not_stored.';

grant execute on function app_public.open_recording to app_customer;
