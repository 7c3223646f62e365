create or replace function app_private.discard_recordings(clinic_id bigint, booking_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  update app_public.recordings r set state = 'removing', state_since = now(), retry_at = now()
  where r.clinic_id = discard_recordings.clinic_id and r.booking_id = discard_recordings.booking_id
    and r.state <> 'removing';
end
$$;

comment on function app_private.discard_recordings is
'Removes the recordings of a visit: nobody sees them from now on, and the job keep_recordings deletes their objects '
'and then the rows.';
