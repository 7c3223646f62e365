create or replace function app_private.recording_link_of(
  recording app_public.recordings, method text, expires_at timestamptz) returns app_public.recording_link
language plpgsql immutable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  link app_public.recording_link;
begin
  link.clinic_id := recording.clinic_id;
  link.recording_id := recording.id;
  link.booking_id := recording.booking_id;
  link.content_type := recording.content_type;
  link.bytes := recording.bytes;
  link.expires_at := recording_link_of.expires_at;
  link.method := recording_link_of.method;
  link.object_key := recording.object_key;
  return link;
end
$$;

comment on function app_private.recording_link_of is
'The data from which the server makes a link to the object of a recording. The link is for `method` (PUT or GET) and '
'valid until `expires_at`.';
