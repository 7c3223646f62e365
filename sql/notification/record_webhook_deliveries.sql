create or replace function app_private.record_webhook_deliveries(outcomes jsonb)
returns table (clinic_id bigint, id bigint, state app_public.notification_state)
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  heard record;
begin
  -- Those who record of one endpoint take turns, or one that switches it off would wait for a message the other has, and the other for it.
  perform from app_public.webhook_endpoints we
  where (we.clinic_id, we.id) in (
    select n.clinic_id, n.endpoint_id
    from jsonb_to_recordset(record_webhook_deliveries.outcomes) as o (clinic_id bigint, id bigint)
    join app_public.notifications n on n.clinic_id = o.clinic_id and n.id = o.id)
  order by we.clinic_id, we.id for no key update;
  return query select r.clinic_id, r.id, r.state from app_private.record_deliveries(record_webhook_deliveries.outcomes) r;

  delete from app_private.webhook_bodies wb
  using jsonb_to_recordset(record_webhook_deliveries.outcomes) as o (clinic_id bigint, id bigint), app_public.notifications n
  where n.clinic_id = o.clinic_id and n.id = o.id and n.state <> 'pending'
    and wb.clinic_id = n.clinic_id and wb.notification_id = n.id;

  for heard in
    select n.clinic_id, n.endpoint_id,
      -- A refusal is an answer; a receiver's own troubles, limits and missing configuration are not.
      bool_or(o.error is null
        or coalesce(o.code, '') ~ '^4\d\d$' and o.code not in ('401', '403', '404', '408', '410', '425', '429')) as answers,
      max(da.ended_at - da.started_at) > interval '2 seconds' as is_slow,
      case when bool_or(o.code = '410') then 'gone' when bool_or(o.code = 'not_public') then 'not_public' end as ends_because
    from jsonb_to_recordset(record_webhook_deliveries.outcomes) as o (clinic_id bigint, id bigint, error text, code text)
    join app_public.notifications n on n.clinic_id = o.clinic_id and n.id = o.id and n.channel = 'webhook'
    join app_private.delivery_attempts da
      on da.clinic_id = n.clinic_id and da.notification_id = n.id and da.generation = n.generation and da.attempt = n.attempts
    group by n.clinic_id, n.endpoint_id
    order by n.clinic_id, n.endpoint_id
  loop
    update app_private.webhook_health h
    set failures = case when heard.answers then 0 else h.failures + 1 end,
        is_slow = heard.is_slow,
        retry_at = case when not heard.answers then now() + least(interval '15 seconds' * 2 ^ least(h.failures, 10), interval '15 minutes') end
    where h.clinic_id = heard.clinic_id and h.endpoint_id = heard.endpoint_id;
    if heard.ends_because is not null then
      update app_public.webhook_endpoints we set is_active = false, disabled_because = heard.ends_because
      where we.clinic_id = heard.clinic_id and we.id = heard.endpoint_id and we.is_active;
    elsif not heard.answers then
      -- What waits for this endpoint longer than a day is news no more.
      update app_public.notifications n
      set state = 'dead', last_error = coalesce(n.last_error, 'the endpoint did not take it within a day')
      where n.clinic_id = heard.clinic_id and n.endpoint_id = heard.endpoint_id and n.state = 'pending' and n.channel = 'webhook'
        and n.due_at < now() - interval '1 day';
    end if;
  end loop;
end
$$;

comment on function app_private.record_webhook_deliveries(jsonb) is
'record_deliveries for webhooks, which also notes how their endpoints are. One that did not answer has a pause of 15 s, doubling to 15 minutes, before the next attempt with one message; messages older than a day die with it. One that answers 410 (gone), or whose name leads inside a network (code not_public), is switched off and its managers are written to.';

revoke all on function app_private.record_webhook_deliveries(jsonb) from public;
