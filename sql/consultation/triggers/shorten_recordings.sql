create or replace function app_private.shorten_recordings() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  update app_public.recordings r
  set delete_at = r.created_at + NEW.recordings_kept_for,
    retry_at = least(r.retry_at, r.created_at + NEW.recordings_kept_for)
  where r.clinic_id = NEW.clinic_id and r.delete_at > r.created_at + NEW.recordings_kept_for;
  return null;
end
$$;

comment on function app_private.shorten_recordings is
'Trigger: when a clinic keeps recordings for a shorter time, those that it has are deleted earlier, too. A longer time '
'applies to later recordings only: patients agreed to the shorter one.';
