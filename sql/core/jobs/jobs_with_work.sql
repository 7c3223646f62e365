create or replace function app_private.jobs_with_work(at timestamptz default now())
returns table (task text, variant text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- As in publish_events and seal_events: they read up to the oldest transaction that is still running.
  horizon constant xid8 := app_private.event_horizon();
begin
  -- Each answer is the first entry of an index. `order by … limit 1` rather than `exists`, for which the planner may
  -- read a large table.
  return query
    select 'send_notifications', c.channel
    from unnest(array['email', 'sms']) c (channel)
    where (
      select greatest(least(n.send_after, n.due_at), n.retry_at) from app_public.notifications n
      where n.state = 'pending' and n.channel = c.channel
      order by greatest(least(n.send_after, n.due_at), n.retry_at) limit 1) <= jobs_with_work.at;

  return query
    select distinct 'send_webhooks', case when h.failures > 0 or h.is_slow then 'failing' else 'answering' end
    from app_private.endpoints_with_webhooks() w
    join app_public.webhook_endpoints we on we.clinic_id = w.clinic_id and we.id = w.endpoint_id
    left join app_private.webhook_health h on h.clinic_id = w.clinic_id and h.endpoint_id = w.endpoint_id
    where we.is_active and coalesce(h.retry_at <= jobs_with_work.at, true) and (
      select greatest(n.due_at, n.retry_at) from app_public.notifications n
      where n.clinic_id = w.clinic_id and n.endpoint_id = w.endpoint_id and n.state = 'pending'
        and n.channel = 'webhook'
      order by greatest(n.due_at, n.retry_at) limit 1) <= jobs_with_work.at;

  return query
    select 'send_account_messages', null where (
      select m.send_after from app_private.account_messages m where m.state = 'pending'
      order by m.send_after limit 1) <= jobs_with_work.at;

  return query
    select 'prepare_consultations', null where (
      select c.retry_at from app_public.consultations c where c.retry_at is not null
      order by c.retry_at limit 1) <= jobs_with_work.at;

  return query
    select 'keep_recordings', null where (
      select r.retry_at from app_public.recordings r order by r.retry_at limit 1) <= jobs_with_work.at;

  -- A position that no transaction has reached yet: the database was restored into another cluster.
  return query
    select 'publish_events', null from app_private.event_publication p
    where p.transaction_id > horizon or (
      select e.transaction_id from app_public.events e
      where (e.transaction_id, e.id) > (p.transaction_id, p.event_id)
      order by e.transaction_id, e.id limit 1) < horizon;

  return query
    select 'seal_events', null from app_private.event_sealing s
    where s.transaction_id >= pg_snapshot_xmax(pg_current_snapshot()) or (
      select e.transaction_id from app_public.events e
      where (e.transaction_id, e.id) > (s.transaction_id, s.event_id)
      order by e.transaction_id, e.id limit 1) < horizon;
end
$$;

comment on function app_private.jobs_with_work is
'The jobs that would find something to do at `at`, with the channel of send_notifications and the lane of '
'send_webhooks. Reads only, and takes no lock: workers ask twice a second, instead of running each of these jobs every '
'second (src/worker/wake_jobs.ts). Each condition is that of the job''s own function: claim_notifications, '
'claim_webhooks, claim_account_messages, claim_consultations, claim_recordings, publish_events and seal_events.';
