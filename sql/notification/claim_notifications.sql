create or replace function app_private.claim_notifications(
  batch int default 20, at timestamptz default now(), only_channel text default null) returns setof app_public.notifications
language plpgsql volatile
-- Walks the index of what is due in its order and looks each up by its key. The planner, who does not know how large a batch is, read all
-- bookings and customers for twenty.
set enable_sort = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set enable_material = off
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  the_clinic bigint;
  quiet_until timestamptz;
  claimed int;
begin
  if claim_notifications.only_channel is null then
    return query select n.* from app_private.claim_notifications(claim_notifications.batch, claim_notifications.at, 'email') n;
    if not found then
      return query select n.* from app_private.claim_notifications(claim_notifications.batch, claim_notifications.at, 'sms') n;
    end if;
    return;
  elsif claim_notifications.only_channel = 'webhook' then
    raise exception 'webhooks are claimed by claim_webhooks' using errcode = 'XX000';
  end if;
  loop
    -- One clinic at a time (its rows lie together, also on a shard): the one whose message has waited longest.
    select n.clinic_id into the_clinic from app_public.notifications n
    where n.state = 'pending' and greatest(least(n.send_after, n.due_at), n.retry_at) <= claim_notifications.at
      and n.channel = claim_notifications.only_channel
    order by greatest(least(n.send_after, n.due_at), n.retry_at) limit 1 for update skip locked;
    if the_clinic is null then
      return;
    end if;
    select upper(app_private.quiet_hours(claim_notifications.at, c.time_zone, p.quiet_from, p.quiet_until)) into quiet_until
    from app_public.clinics c join app_public.policies p on p.clinic_id = c.id
    where c.id = the_clinic;
    return query
      with due as materialized (
        select n.clinic_id, n.id, n.customer_id, n.booking_id, n.kind, n.answers_until, n.earlier_start from app_public.notifications n
        where n.clinic_id = the_clinic and n.state = 'pending'
          and greatest(least(n.send_after, n.due_at), n.retry_at) <= claim_notifications.at
          and n.channel = claim_notifications.only_channel
        order by greatest(least(n.send_after, n.due_at), n.retry_at)
        limit claim_notifications.batch for update skip locked
      ), judged as (
        -- Judged now and not when it was queued: an opt-out holds from the moment it is made, and so do quiet hours, whatever made the
        -- message due in them (a lead time that was added, a booking made at night, another attempt, a changed rule).
        select d.clinic_id, d.id, case
            when d.kind <> 'booking_reminder' then null
            when b.starts_at <= claim_notifications.at then 'too_late'
            when not (cc.wants_reminders and c.wants_reminders) then 'opted_out'
            -- A reminder that could only come when the appointment has begun.
            when q.has_to_wait and b.starts_at <= quiet_until then 'quiet_hours' end as unwanted,
          q.has_to_wait
        from due d
        join app_public.bookings b on b.clinic_id = d.clinic_id and b.id = d.booking_id
        join app_public.clinic_customers cc on cc.clinic_id = d.clinic_id and cc.customer_id = d.customer_id
        join app_public.customers c on c.id = d.customer_id
        cross join lateral (
          select quiet_until is not null
            -- The answer to what somebody has just done is no disturbance.
            and coalesce(claim_notifications.at >= d.answers_until, true)
            -- News that would come too late in the morning: of a visit that begins within two hours of the end of the quiet hours, or
            -- would have. The patient who comes for nothing is worse off than the one who is woken.
            and (d.kind = 'booking_reminder' or quiet_until <= least(b.starts_at, d.earlier_start) - interval '2 hours') as has_to_wait
        ) q
      ), dropped as (
        update app_public.notifications n set state = 'dropped', dropped_because = j.unwanted
        from judged j where n.clinic_id = j.clinic_id and n.id = j.id and j.unwanted is not null
      ), put_off as (
        update app_public.notifications n set retry_at = quiet_until
        from judged j where n.clinic_id = j.clinic_id and n.id = j.id and j.unwanted is null and j.has_to_wait
      ), taken as (
        -- The attempt is counted and the next one set before the message goes out: a worker that dies while sending has sent at most
        -- once too often, never too seldom, and a message that kills its worker does not do so for ever.
        update app_public.notifications n
        set attempts = n.attempts + 1,
            retry_at = claim_notifications.at + interval '30 seconds' * 2 ^ n.attempts
        from judged j
        where n.clinic_id = j.clinic_id and n.id = j.id and j.unwanted is null and not j.has_to_wait
        returning n.*
      ), begun as (
        insert into app_private.delivery_attempts (clinic_id, notification_id, generation, attempt, channel, started_at)
        select t.clinic_id, t.id, t.generation, t.attempts, t.channel, claim_notifications.at from taken t
      )
      select t.* from taken t;
    get diagnostics claimed = row_count;
    -- A batch of which nothing is sent now is not the end of the work.
    exit when claimed > 0;
  end loop;
end
$$;

comment on function app_private.claim_notifications(int, timestamptz, text) is
'Takes up to `batch` messages of one clinic that are to be sent at `at` by e-mail or SMS (`only_channel`; null for either); none that another worker has. Each is due again after 30 s, doubling, unless recorded by record_deliveries; so a batch has to be sent within 30 s. Reminders that are not wanted any more are dropped. In the clinic''s quiet hours nothing is sent but answers to what somebody has just done (an hour from then) and news, not reminders, of a visit that begins within two hours of their end; what else is due waits for their end, and a reminder that this makes too late is dropped. Called by the job send_notifications.';

revoke all on function app_private.claim_notifications(int, timestamptz, text) from public;
