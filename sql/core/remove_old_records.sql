create or replace function app_private.remove_old_records(batch int default 1000, at timestamptz default now()) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  keep app_private.retention;
  removed int;
  removed_so_far int := 0;
begin
  select r.* into keep from app_private.retention r;

  delete from app_private.idempotency_keys k where k.ctid = any (array(
    select o.ctid from app_private.idempotency_keys o where o.created_at < remove_old_records.at - keep.idempotency_keys limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  delete from app_private.stored_responses k where k.ctid = any (array(
    select o.ctid from app_private.stored_responses o where o.created_at < remove_old_records.at - keep.idempotency_keys limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  -- A session takes its refresh tokens along. One whose time is over but that was not signed out is as dead.
  delete from app_private.sessions s where s.ctid = any (array(
    select o.ctid from app_private.sessions o
    where least(o.revoked_at, o.expires_at) < remove_old_records.at - keep.ended_sessions limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  -- Used tokens are kept to notice a copy of them; past its own end a token opens nothing, copied or not.
  delete from app_private.refresh_tokens t where t.ctid = any (array(
    select o.ctid from app_private.refresh_tokens o where o.expires_at < remove_old_records.at - keep.ended_sessions limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  delete from app_private.invitations i where i.ctid = any (array(
    select o.ctid from app_private.invitations o
    where coalesce(o.accepted_at, o.expires_at) < remove_old_records.at - keep.invitations limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  delete from app_private.messages m where m.ctid = any (array(
    select o.ctid from app_private.messages o where o.delivered_at < remove_old_records.at - keep.messages limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  delete from app_private.account_messages m where m.ctid = any (array(
    select o.ctid from app_private.account_messages o
    where o.created_at < remove_old_records.at - case when o.account_id is null then interval '1 day' else keep.messages end limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  delete from app_private.manager_messages m where m.ctid = any (array(
    select o.ctid from app_private.manager_messages o where o.created_at < remove_old_records.at - keep.messages limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  -- By then all of it is forgiven.
  delete from app_private.sign_in_counts s where s.ctid = any (array(
    select o.ctid from app_private.sign_in_counts o where o.counted_at < remove_old_records.at - interval '1 day' limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  delete from app_private.known_places p where p.ctid = any (array(
    select o.ctid from app_private.known_places o where o.signed_in_at < remove_old_records.at - keep.known_places limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  -- By then every attempt is forgiven: limits_are_forgiven_within_a_day.
  delete from app_private.network_attempts n where n.ctid = any (array(
    select o.ctid from app_private.network_attempts o where o.counted_at < remove_old_records.at - interval '1 day' limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  delete from app_private.delivery_attempts d where d.ctid = any (array(
    select o.ctid from app_private.delivery_attempts o where o.started_at < remove_old_records.at - keep.messages limit batch for update skip locked));
  get diagnostics removed = row_count;
  removed_so_far := removed_so_far + removed;

  -- Jobs that are done remove themselves; these were given up.
  select count(*) into removed from graphile_worker.complete_jobs(array(
    select j.id from graphile_worker.jobs j
    where j.attempts >= j.max_attempts and j.locked_at is null and j.updated_at < remove_old_records.at - keep.failed_jobs limit batch));
  return removed_so_far + removed;
end
$$;

comment on function app_private.remove_old_records(int, timestamptz) is
'Removes what nobody needs any more, up to `batch` of each kind, and returns how many: idempotency keys and stored responses, sessions long ended with their tokens, invitations, messages of the development transport, e-mails about accounts, messages to managers, counts of sign-ins and of attempts from networks, places where nobody has signed in for long, delivery attempts, jobs given up. How long each is kept: app_private.retention. Called by the job remove_old_records until it returns 0.';

revoke all on function app_private.remove_old_records(int, timestamptz) from public;
