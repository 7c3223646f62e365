create or replace function app_private.record_deliveries(outcomes jsonb)
returns table (clinic_id bigint, id bigint, state app_public.notification_state)
language plpgsql volatile
-- One generic plan that looks each row up by its key, even when statistics are out of date.
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set enable_material = off
set plan_cache_mode = force_generic_plan
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- Rows are never waited for while others are locked. A booking that is moved drops its messages before it waits to
  -- offer its old slot, so a batch that waits for one booking while another one waits for the batch could deadlock.
  locked bigint[] := array(
    select n.id
    from jsonb_to_recordset(record_deliveries.outcomes) as o (clinic_id bigint, id bigint)
    join app_public.notifications n on n.clinic_id = o.clinic_id and n.id = o.id
    for no key update of n skip locked);
begin
  if locked = '{}' then
    locked := array(
      select n.id
      from jsonb_to_recordset(record_deliveries.outcomes) as o (clinic_id bigint, id bigint)
      join app_public.notifications n on n.clinic_id = o.clinic_id and n.id = o.id
      order by n.clinic_id, n.id limit 1 for no key update of n);
  end if;
  return query
    with reported as materialized (
      select o.clinic_id, o.id, o.reference, o.code, left(o.error, 1000) as error
      from jsonb_to_recordset(record_deliveries.outcomes) as o (clinic_id bigint, id bigint, reference text, error text,
        code text)
      where o.id = any (locked)
    ), updated as (
      update app_public.notifications n
      -- A message that was sent counts as sent, whatever its state has become meanwhile (a booking may be cancelled
      -- while its confirmation is sent).
      set state = case
            when t.error is null then 'sent'
            when n.state = 'pending' and (n.attempts >= (
                select ch.most_attempts from app_private.channels ch where ch.channel = n.channel)
              or coalesce(app_private.is_permanent_failure(n.channel, t.code), false)) then 'dead'
            else n.state end,
          sent_at = case when t.error is null then now() else n.sent_at end,
          dropped_because = case when t.error is not null then n.dropped_because end,
          last_error = t.error
      from reported t
      where n.clinic_id = t.clinic_id and n.id = t.id
      returning n.clinic_id, n.id, n.generation, n.attempts, n.channel, n.state, t.reference, t.code, t.error
    ), recorded as (
      update app_private.delivery_attempts da
      set ended_at = now(), outcome = case when e.error is null then 'sent' else 'failed' end,
          provider_reference = e.reference, error_code = e.code, error = e.error
      from updated e
      where da.clinic_id = e.clinic_id and da.notification_id = e.id and da.generation = e.generation
        and da.attempt = e.attempts
        and (e.error is null or da.outcome is null)
    ), counted as (
      -- Last, so that callers that update the same counter wait only for each other's commit.
      insert into app_private.delivery_counters as dc (channel, outcome, part, total)
      select e.channel, c.outcome, pg_backend_pid() % 8, count(*)
      from updated e
      cross join lateral (values
        ('sent', e.error is null), ('failed', e.error is not null),
          ('dead', e.error is not null and e.state = 'dead')) c (outcome, is_so)
      where c.is_so
      group by e.channel, c.outcome
      order by e.channel, c.outcome
      on conflict on constraint deliveries_are_counted_once do update set total = dc.total + excluded.total
    )
    select e.clinic_id, e.id, e.state from updated e;
end
$$;

comment on function app_private.record_deliveries is
'Records the outcomes of attempts on claimed notifications, any number at once: [{clinic_id, id, reference}] for '
'messages accepted by their transport, with the provider''s reference; [{clinic_id, id, error, code}] for failures, '
'with the provider''s code if there was one. A failed message is tried again when its claim ends (30 s, doubling '
'with each attempt). When the code is permanent, or after the last attempt (the eighth, after about an hour), it '
'becomes dead and stays visible. Returns the states of those that were recorded. Notifications that another '
'transaction has locked are left out, unless all are: then it waits for one. Commit, and repeat the call for those '
'that were not returned, until none is: these no longer exist.';
