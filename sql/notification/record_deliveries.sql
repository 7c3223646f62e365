create or replace function app_private.record_deliveries(outcomes jsonb)
returns table (clinic_id bigint, id bigint, state app_public.notification_state)
language plpgsql volatile
-- One kept plan that looks each up by its key, whatever statistics say that lag behind.
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set enable_material = off
set plan_cache_mode = force_generic_plan
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    with told as materialized (
      select n.clinic_id, n.id, o.reference, o.code, left(o.error, 1000) as error
      from jsonb_to_recordset(record_deliveries.outcomes) as o (clinic_id bigint, id bigint, reference text, error text, code text)
      join app_public.notifications n on n.clinic_id = o.clinic_id and n.id = o.id
      -- In one order, so that two who record at the same time do not wait for each other.
      order by n.clinic_id, n.id for no key update of n
    ), ended as (
      update app_public.notifications n
      set -- Whatever the state has become meanwhile (a booking cancelled while its confirmation went out): what was sent was sent.
          state = case
            when t.error is null then 'sent'
            when n.state = 'pending' and (n.attempts >= (select ch.most_attempts from app_private.channels ch where ch.channel = n.channel)
              or coalesce(app_private.is_permanent_failure(n.channel, t.code), false)) then 'dead'
            else n.state end,
          sent_at = case when t.error is null then now() else n.sent_at end,
          dropped_because = case when t.error is not null then n.dropped_because end,
          last_error = t.error
      from told t
      where n.clinic_id = t.clinic_id and n.id = t.id
      returning n.clinic_id, n.id, n.generation, n.attempts, n.channel, n.state, t.reference, t.code, t.error
    ), noted as (
      update app_private.delivery_attempts da
      set ended_at = now(), outcome = case when e.error is null then 'sent' else 'failed' end,
          provider_reference = e.reference, error_code = e.code, error = e.error
      from ended e
      where da.clinic_id = e.clinic_id and da.notification_id = e.id and da.generation = e.generation and da.attempt = e.attempts
        and (e.error is null or da.outcome is null)
    ), counted as (
      -- Last, so that those who count in the same row wait for each other's commit only.
      insert into app_private.delivery_counters as dc (channel, outcome, part, total)
      select e.channel, c.outcome, pg_backend_pid() % 8, count(*)
      from ended e
      cross join lateral (values
        ('sent', e.error is null), ('failed', e.error is not null), ('dead', e.error is not null and e.state = 'dead')) c (outcome, is_so)
      where c.is_so
      group by e.channel, c.outcome
      order by e.channel, c.outcome
      on conflict on constraint deliveries_are_counted_once do update set total = dc.total + excluded.total
    )
    select e.clinic_id, e.id, e.state from ended e;
end
$$;

comment on function app_private.record_deliveries(jsonb) is
'Records how attempts on claimed notifications went, any number at once: [{clinic_id, id, reference}] of what was handed to its transport and what the provider calls it, [{clinic_id, id, error, code}] of what could not be sent, with the provider''s code if there was one. Such a one is tried again when its claim runs out (30 s, doubling); when the code says never, or after the last attempt (the eighth, about an hour), it is dead and stays to be seen. One that is gone is passed over. Returns their states.';

revoke all on function app_private.record_deliveries(jsonb) from public;
