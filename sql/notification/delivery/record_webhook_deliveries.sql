create or replace function app_private.record_webhook_deliveries(outcomes jsonb)
returns table (clinic_id bigint, id bigint, state app_public.notification_state)
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  endpoint record;
  recorded jsonb;
begin
  -- Callers that record outcomes of one endpoint take turns. Otherwise a caller that switches the endpoint off could
  -- deadlock with one that holds a message of it.
  perform from app_public.webhook_endpoints we
  where (we.clinic_id, we.id) in (
    select n.clinic_id, n.endpoint_id
    from jsonb_to_recordset(record_webhook_deliveries.outcomes) as o (clinic_id bigint, id bigint)
    join app_public.notifications n on n.clinic_id = o.clinic_id and n.id = o.id)
  order by we.clinic_id, we.id for no key update;
  recorded := coalesce((
    select jsonb_agg(to_jsonb(r)) from app_private.record_deliveries(record_webhook_deliveries.outcomes) r), '[]');
  return query select r.clinic_id, r.id, r.state
    from jsonb_to_recordset(recorded) as r (clinic_id bigint, id bigint, state app_public.notification_state);
  -- The others are counted when they are recorded.
  outcomes := coalesce((
    select jsonb_agg(o)
    from jsonb_array_elements(record_webhook_deliveries.outcomes) o
    join jsonb_array_elements(recorded) r
      on (r ->> 'clinic_id', r ->> 'id') = (o ->> 'clinic_id', o ->> 'id')), '[]');

  delete from app_private.webhook_bodies wb
  using jsonb_to_recordset(record_webhook_deliveries.outcomes) as o (clinic_id bigint, id bigint),
    app_public.notifications n
  where n.clinic_id = o.clinic_id and n.id = o.id and n.state <> 'pending'
    and wb.clinic_id = n.clinic_id and wb.notification_id = n.id;

  for endpoint in
    select n.clinic_id, n.endpoint_id,
      -- A refusal is an answer; a receiver's internal errors, limits and missing configuration are not.
      bool_or(o.error is null
        or coalesce(o.code, '') ~ '^4\d\d$'
          and o.code not in ('401', '403', '404', '408', '410', '425', '429')) as answers,
      max(da.ended_at - da.started_at) > interval '2 seconds' as is_slow,
      case
        when bool_or(o.code = '410') then 'gone'
        when bool_or(o.code = 'not_public') then 'not_public'
      end as ends_because
    from jsonb_to_recordset(record_webhook_deliveries.outcomes) as o (clinic_id bigint, id bigint, error text,
      code text)
    join app_public.notifications n on n.clinic_id = o.clinic_id and n.id = o.id and n.channel = 'webhook'
    join app_private.delivery_attempts da
      on da.clinic_id = n.clinic_id and da.notification_id = n.id and da.generation = n.generation
        and da.attempt = n.attempts
    group by n.clinic_id, n.endpoint_id
    order by n.clinic_id, n.endpoint_id
  loop
    update app_private.webhook_health h
    set failures = case when endpoint.answers then 0 else h.failures + 1 end,
        is_slow = endpoint.is_slow,
        retry_at = case when not endpoint.answers
          then now() + least(interval '15 seconds' * 2 ^ least(h.failures, 10), interval '15 minutes') end
    where h.clinic_id = endpoint.clinic_id and h.endpoint_id = endpoint.endpoint_id;
    if endpoint.ends_because is not null then
      update app_public.webhook_endpoints we set is_active = false, disabled_because = endpoint.ends_because
      where we.clinic_id = endpoint.clinic_id and we.id = endpoint.endpoint_id and we.is_active;
    elsif not endpoint.answers then
      -- A message that has waited for this endpoint for more than a day is no longer news.
      with too_old as materialized (
        select n.id from app_public.notifications n
        where n.clinic_id = endpoint.clinic_id and n.endpoint_id = endpoint.endpoint_id and n.state = 'pending'
          and n.channel = 'webhook' and n.due_at < now() - interval '1 day'
        -- One that is just being claimed is dead after its attempt: claim_webhooks waits for webhook_health.
        for no key update skip locked
      )
      update app_public.notifications n
      set state = 'dead', last_error = coalesce(n.last_error, 'the endpoint did not take it within a day')
      from too_old o
      where n.clinic_id = endpoint.clinic_id and n.id = o.id;
    end if;
  end loop;
end
$$;

comment on function app_private.record_webhook_deliveries is
'Does what record_deliveries does, for webhooks, and records how their endpoints answer. An endpoint that did not '
'answer is paused for 15 s, doubling to 15 minutes, before one message is tried again; its messages older than a day '
'become dead. An endpoint that answers 410 (gone), or whose name resolves to an address inside a network (code '
'not_public), is switched off and the clinic''s managers get an e-mail.';
