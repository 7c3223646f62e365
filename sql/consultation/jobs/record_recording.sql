create or replace function app_private.record_recording(
  clinic_id bigint, id bigint, is_removed boolean, found_bytes bigint default null, error text default null,
  at timestamptz default now()) returns app_public.recording_state
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  recording app_public.recordings;
begin
  select r.* into recording from app_public.recordings r
  where r.clinic_id = record_recording.clinic_id and r.id = record_recording.id for update;
  if not found then
    return null;
  end if;
  recording.last_error := left(record_recording.error, 1000);
  if record_recording.error is null and record_recording.is_removed then
    if recording.upload_until + interval '1 day' <= record_recording.at then
      delete from app_public.recordings r where r.clinic_id = recording.clinic_id and r.id = recording.id;
      return null;
    end if;
    -- The link for the upload is still valid, or an upload that it began goes on.
    recording.retry_at := recording.upload_until + interval '1 day';
  elsif recording.state = 'uploading' and record_recording.found_bytes = recording.bytes then
    recording.state := 'stored';
    recording.state_since := record_recording.at;
    recording.retry_at := recording.delete_at;
  elsif recording.state = 'uploading' and record_recording.found_bytes is not null then
    recording.state := 'removing';
    recording.state_since := record_recording.at;
    recording.retry_at := record_recording.at;
    recording.last_error := format('the object has %s bytes', record_recording.found_bytes);
  elsif recording.state = 'stored' then
    recording.retry_at := recording.delete_at;
  end if;
  update app_public.recordings r
  set state = recording.state, state_since = recording.state_since, retry_at = recording.retry_at,
    last_error = recording.last_error
  where r.clinic_id = recording.clinic_id and r.id = recording.id;
  return recording.state;
end
$$;

comment on function app_private.record_recording is
'Records the outcome of an attempt on a claimed recording, at `at`. Without `is_removed`, `found_bytes` is the size of '
'the object, null if there is none yet: a recording is stored when the size is the announced one, and removed when '
'it is another one. With `is_removed`, the object is deleted: the row is removed as soon as no upload can bring the '
'object back, a day after the link for it has expired; until then the object is deleted again. `error` says why the '
'attempt failed. Returns the state; null if the row does not exist any more.';
