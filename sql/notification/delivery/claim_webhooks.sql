create or replace function app_private.claim_webhooks(
  batch int default 20, at timestamptz default now(), failing boolean default false)
returns setof app_public.notifications
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- A receiver that never answers keeps a connection for ten seconds. These are the most connections it gets, however
  -- many messages are waiting for it.
  most_of_endpoint constant int := case when claim_webhooks.failing then 1 else 4 end;
  most_of_clinic constant int := case when claim_webhooks.failing then 2 else 8 end;
begin
  -- One caller at a time, for the milliseconds this takes: callers that count at the same time would together exceed
  -- the limits.
  perform pg_advisory_xact_lock(hashtextextended('medislot claim_webhooks', 0));
  return query
    with under_way as (
      select n.clinic_id, n.endpoint_id, count(*) as messages
      from app_private.delivery_attempts da
      join app_public.notifications n on n.clinic_id = da.clinic_id and n.id = da.notification_id
      -- A message is claimed for half a minute; the worker of an older attempt has died.
      where da.channel = 'webhook' and da.ended_at is null and da.started_at > claim_webhooks.at - interval '30 seconds'
      group by 1, 2
    ), endpoints as (
      select w.clinic_id, w.endpoint_id, h.served_at, most_of_endpoint - coalesce(u.messages, 0) as room,
        coalesce(sum(u.messages) over (partition by w.clinic_id), 0) as of_clinic
      from app_private.endpoints_with_webhooks() w
      left join app_private.webhook_health h on h.clinic_id = w.clinic_id and h.endpoint_id = w.endpoint_id
      left join under_way u on u.clinic_id = w.clinic_id and u.endpoint_id = w.endpoint_id
      where coalesce(h.failures > 0 or h.is_slow, false) = claim_webhooks.failing
        and coalesce(h.retry_at <= claim_webhooks.at, true)
        -- When an endpoint is switched off, its messages are dropped; but a booking whose transaction did not see
        -- that yet may add one.
        and (select we.is_active from app_public.webhook_endpoints we where we.clinic_id = w.clinic_id
          and we.id = w.endpoint_id)
    ), candidates as (
      select m.clinic_id, m.id, e.endpoint_id, e.served_at, e.of_clinic, m.due_at,
        row_number() over (partition by e.clinic_id, e.endpoint_id order by m.due_at, m.id) as turn
      from endpoints e cross join lateral (
        select n.clinic_id, n.id, greatest(n.due_at, n.retry_at) as due_at from app_public.notifications n
        where n.clinic_id = e.clinic_id and n.endpoint_id = e.endpoint_id and n.state = 'pending'
          and n.channel = 'webhook'
          and greatest(n.due_at, n.retry_at) <= claim_webhooks.at
        order by greatest(n.due_at, n.retry_at) limit greatest(e.room, 0) for update skip locked) m
    ), in_turn as (
      -- The first message of each clinic comes before the second of any other, and the endpoint served longest ago
      -- comes first.
      select c.clinic_id, c.id, c.served_at, c.due_at, c.of_clinic,
        row_number() over (partition by c.clinic_id order by c.turn, c.due_at, c.id) as turn_of_clinic
      from candidates c
    ), chosen as materialized (
      select t.clinic_id, t.id from in_turn t
      where t.turn_of_clinic + t.of_clinic <= most_of_clinic
      order by t.turn_of_clinic, t.served_at nulls first, t.due_at, t.id
      limit claim_webhooks.batch
    ), claimed as (
      -- As in claim_notifications: the attempt is counted and the next one scheduled before the message is sent.
      update app_public.notifications n
      set attempts = n.attempts + 1, retry_at = claim_webhooks.at + interval '30 seconds' * 2 ^ n.attempts
      from chosen c where n.clinic_id = c.clinic_id and n.id = c.id
      returning n.*
    ), started as (
      insert into app_private.delivery_attempts (clinic_id, notification_id, generation, attempt, channel, started_at)
      select t.clinic_id, t.id, t.generation, t.attempts, t.channel, claim_webhooks.at from claimed t
    ), bodies as (
      -- Stored at the first attempt, so that each attempt posts the same bytes under the same key.
      insert into app_private.webhook_bodies (clinic_id, notification_id, generation, body)
      select t.clinic_id, t.id, t.generation, app_private.webhook_body(t) from claimed t
      on conflict on constraint a_webhook_is_worded_once do nothing
    ), served as (
      insert into app_private.webhook_health as h (clinic_id, endpoint_id, served_at)
      select distinct t.clinic_id, t.endpoint_id, claim_webhooks.at from claimed t
      on conflict on constraint an_endpoint_has_one_state_of_health do update set served_at = excluded.served_at
    )
    select t.* from claimed t;
end
$$;

comment on function app_private.claim_webhooks is
'Claims up to `batch` webhooks that are to be sent at `at`: those of endpoints whose last attempt was answered in '
'good time, or, with `failing`, those of all other endpoints, which have senders of their own. Clinics take turns: '
'the first message of each clinic comes before the second of any. At most four messages at a time go to an endpoint '
'and eight to the endpoints of a clinic; with `failing`, one and two. An endpoint that failed is paused '
'(record_webhook_deliveries). Each message is due again after 30 s, doubling with each attempt, unless its outcome '
'is recorded. Called by the job send_webhooks.';
