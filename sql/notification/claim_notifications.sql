create or replace function app_private.claim_notifications(batch int default 100) returns setof app_public.notifications
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  the_clinic bigint;
begin
  -- One clinic at a time (its rows lie together, also on a shard): the one whose message has waited longest.
  select n.clinic_id into the_clinic from app_public.notifications n
  where n.state = 'pending' and greatest(n.due_at, n.retry_at) <= now()
  order by greatest(n.due_at, n.retry_at) limit 1;
  return query
    with due as (
      select n.clinic_id, n.id from app_public.notifications n
      where n.clinic_id = the_clinic and n.state = 'pending' and greatest(n.due_at, n.retry_at) <= now()
      order by greatest(n.due_at, n.retry_at)
      limit batch for update skip locked
    )
    -- The attempt is counted and the next one set before the message goes out: a worker that dies while sending has sent at most once
    -- too often, never too seldom, and a message that kills its worker does not do so for ever.
    update app_public.notifications n
    set attempts = n.attempts + 1,
        retry_at = now() + interval '30 seconds' * 2 ^ n.attempts
    from due
    where n.clinic_id = due.clinic_id and n.id = due.id
    returning n.*;
end
$$;

comment on function app_private.claim_notifications(int) is
'Takes up to `batch` due messages of one clinic for sending; none that another worker has. Each is due again after 30 s, doubling, unless recorded by notification_sent or notification_failed. Called by the job send_notifications.';

revoke all on function app_private.claim_notifications(int) from public;
