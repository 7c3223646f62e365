create or replace function app_private.claim_recordings(batch int default 20, at timestamptz default now())
returns table (clinic_id bigint, id bigint, object_key text, is_removed boolean)
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    with due as materialized (
      select r.clinic_id, r.id, r.state = 'removing' or r.delete_at <= claim_recordings.at
          or r.state = 'uploading' and r.upload_until + interval '1 day' <= claim_recordings.at as is_removed
      from app_public.recordings r
      where r.retry_at <= claim_recordings.at
      order by r.retry_at, r.clinic_id, r.id limit claim_recordings.batch for update skip locked
    )
    update app_public.recordings r
    set state = (case when d.is_removed then 'removing' else r.state::text end)::app_public.recording_state,
      state_since = case when d.is_removed and r.state <> 'removing' then claim_recordings.at else r.state_since end,
      -- The next attempt, if the outcome of this one is not recorded: after a tenth of the time that it has taken
      -- until now.
      retry_at = claim_recordings.at + least(interval '1 hour', greatest(interval '10 seconds',
        (claim_recordings.at - case when d.is_removed and r.state <> 'removing' then claim_recordings.at
          else r.state_since end) / 10))
    from due d
    where r.clinic_id = d.clinic_id and r.id = d.id
    returning r.clinic_id, r.id, r.object_key, d.is_removed;
end
$$;

comment on function app_private.claim_recordings is
'Claims up to `batch` recordings whose objects are to be looked for (after their upload was begun) or deleted '
'(is_removed: removed by a person, older than the clinic keeps them at `at`, or not uploaded within a day), skipping '
'those that another worker has claimed. Each is due again after ten seconds, and after longer pauses of at most an '
'hour later, unless record_recording records its outcome. Called by the job keep_recordings.';
