create or replace function app_private.remove_old_records(batch int default 1000, at timestamptz default now())
returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  keep app_private.retention;
  removed_jobs int;
begin
  select r.* into keep from app_private.retention r;

  -- Jobs that succeed are removed by graphile-worker; these have used up their attempts.
  select count(*) into removed_jobs from graphile_worker.complete_jobs(array(
    select j.id from graphile_worker.jobs j
    where j.attempts >= j.max_attempts and j.locked_at is null and j.updated_at < at - keep.failed_jobs limit batch));

  return removed_jobs
    + app_private.remove_batch('app_private.idempotency_keys', 'created_at < $1', at - keep.idempotency_keys, batch)
    + app_private.remove_batch('app_private.stored_responses', 'created_at < $1', at - keep.idempotency_keys, batch)
    -- A shard has copies of people, which are removed when they are removed in the global database.
    + case when app_private.is_shard() then 0 else
        -- The refresh tokens of a session are removed with it. A session that has expired counts as ended, like one
        -- that was signed out.
        app_private.remove_batch(
          'app_private.sessions', 'least(revoked_at, expires_at) < $1', at - keep.ended_sessions, batch)
        + app_private.remove_unconfirmed_accounts(batch, at) end
    -- Used tokens are kept to detect copies of them. After it has expired, a token is refused, copied or not.
    + app_private.remove_batch('app_private.refresh_tokens', 'expires_at < $1', at - keep.ended_sessions, batch)
    + app_private.remove_batch(
        'app_private.invitations',
        'coalesce(accepted_at, expires_at) < $1 and clinic_id not in (select clinic_id from app_private.clinic_shards)',
        at - keep.invitations, batch)
    + app_private.remove_batch('app_private.messages', 'delivered_at < $1', at - keep.messages, batch)
    + app_private.remove_batch(
        'app_private.account_messages', '(account_id is not null or invitation_id is not null) and created_at < $1',
        at - keep.messages, batch)
    + app_private.remove_batch(
        'app_private.account_messages', 'account_id is null and invitation_id is null and created_at < $1',
        at - interval '1 day', batch)
    + app_private.remove_batch('app_private.manager_messages', 'created_at < $1', at - keep.messages, batch)
    + app_private.remove_batch('app_private.delivery_attempts', 'started_at < $1', at - keep.messages, batch)
    + app_private.remove_batch('app_private.known_places', 'signed_in_at < $1', at - keep.known_places, batch)
    -- After a day, counted attempts no longer limit anything: limits_are_forgiven_within_a_day.
    + app_private.remove_batch('app_private.sign_in_counts', 'counted_at < $1', at - interval '1 day', batch)
    + app_private.remove_batch(
        'app_private.catalogue_changes', 'changed_at < $1', at - interval '15 minutes', batch)
    + app_private.remove_batch('app_private.network_attempts', 'counted_at < $1', at - interval '1 day', batch)
    + app_private.remove_batch('app_private.network_slots', 'taken_at < $1', at - interval '1 day', batch)
    + app_private.remove_batch('app_private.network_alerts', 'last_at < $1', at - keep.messages, batch)
    + app_private.remove_batch(
        'app_public.waiting_list', 'until_date < ($1)::date and (ended_at < $1 or state = ''waiting'') '
          'and clinic_id not in (select clinic_id from app_private.clinic_shards)',
        at - keep.slots, batch)
    + app_private.remove_batch(
        'app_public.absences', 'calendar_id is not null and upper(during) < $1', at - keep.slots, batch)
    + app_private.remove_guest_bookings(batch, at);
end
$$;

comment on function app_private.remove_old_records is
'Removes records that are no longer needed, up to `batch` of each kind, and returns how many: idempotency keys and '
'stored responses, ended sessions with their refresh tokens, invitations, messages of the development transport, '
'e-mails about accounts, messages to managers, delivery attempts, counts of sign-ins and of attempts from networks, '
'places from which an account has not signed in for long, accounts without a booking whose address was never '
'confirmed, entries of waiting lists that are over, past busy times of external calendars, changes of the catalogue '
'that no server has to hear of, and jobs that have used up their attempts. app_private.retention says how long each '
'is kept. Called by the job remove_old_records until it returns 0.';
