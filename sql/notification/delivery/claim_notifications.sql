create or replace function app_private.claim_notifications(
  batch int default 20, at timestamptz default now(), only_channel text default null, due_by timestamptz default null)
returns setof app_public.notifications
language plpgsql volatile
-- Reads the index of due messages in its order and looks each message up by its key. The planner does not know how
-- large a batch is, and without these settings read all bookings and customers to find twenty.
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
    return query select n.*
      from app_private.claim_notifications(claim_notifications.batch, claim_notifications.at, 'email',
        claim_notifications.due_by) n;
    if not found then
      return query select n.*
        from app_private.claim_notifications(claim_notifications.batch, claim_notifications.at, 'sms',
          claim_notifications.due_by) n;
    end if;
    return;
  elsif claim_notifications.only_channel = 'webhook' then
    raise exception 'webhooks are claimed by claim_webhooks' using errcode = 'XX000';
  end if;
  loop
    -- One clinic at a time (its rows are stored together, also on a shard): the clinic whose message has waited
    -- longest.
    select n.clinic_id into the_clinic from app_public.notifications n
    where n.state = 'pending' and greatest(least(n.send_after, n.due_at), n.retry_at)
        <= least(claim_notifications.at, claim_notifications.due_by)
      and n.channel = claim_notifications.only_channel
    order by greatest(least(n.send_after, n.due_at), n.retry_at) limit 1 for update skip locked;
    if the_clinic is null then
      return;
    end if;
    select upper(app_private.quiet_hours(claim_notifications.at, c.time_zone, p.quiet_from, p.quiet_until))
    into quiet_until
    from app_public.clinics c join app_public.policies p on p.clinic_id = c.id
    where c.id = the_clinic;
    return query
      with due as materialized (
        select n.clinic_id, n.id, n.customer_id, n.booking_id, n.slot_offer_id, n.invoice_id, n.kind,
          n.answers_until, n.earlier_start
        from app_public.notifications n
        where n.clinic_id = the_clinic and n.state = 'pending'
          and greatest(least(n.send_after, n.due_at), n.retry_at)
            <= least(claim_notifications.at, claim_notifications.due_by)
          and n.channel = claim_notifications.only_channel
        order by greatest(least(n.send_after, n.due_at), n.retry_at)
        limit claim_notifications.batch for update skip locked
      ), checked as (
        -- Decided now and not when the message was queued. So an opt-out takes effect at once, and so do quiet hours,
        -- whatever the reason why the message is due in them (an added lead time, a booking made at night, another
        -- attempt, a changed rule).
        select d.clinic_id, d.id, case
            -- Somebody took the time while the message waited, or it is open to all.
            when d.kind = 'slot_offered' then case when o.state <> 'offered' then 'offer_ended' end
            when d.kind not in ('booking_reminder', 'payment_due') then null
            -- Paid while the message waited, or void.
            when i.state <> 'open' then 'nothing_due'
            when b.starts_at <= claim_notifications.at then 'too_late'
            when not (cc.wants_reminders and c.wants_reminders) then 'opted_out'
            -- A reminder that could be sent only after the appointment has begun.
            when q.has_to_wait and b.starts_at <= quiet_until then 'quiet_hours' end as unwanted,
          q.has_to_wait,
          case when c.account_id is not null and c.email_verified_at is null then c.email end as unconfirmed_address
        from due d
        left join app_public.bookings b on b.clinic_id = d.clinic_id and b.id = d.booking_id
        left join app_public.slot_offers o on o.clinic_id = d.clinic_id and o.id = d.slot_offer_id
        left join billing.invoices i on i.clinic_id = d.clinic_id and i.id = d.invoice_id
        join app_public.clinic_customers cc on cc.clinic_id = d.clinic_id and cc.customer_id = d.customer_id
        join app_public.customers c on c.id = d.customer_id
        cross join lateral (
          select quiet_until is not null
            -- The answer to something the customer has just done does not disturb.
            and coalesce(claim_notifications.at >= d.answers_until, true)
            -- News that would come too late in the morning: about an appointment that begins, or would have begun,
            -- within two hours of the end of the quiet hours. It is worse for a patient to come to an appointment that
            -- was cancelled than to be woken up.
            and (d.kind in ('booking_reminder', 'slot_offered', 'payment_due')
              or quiet_until <= least(b.starts_at, d.earlier_start) - interval '2 hours') as has_to_wait
        ) q
      ), decided as (
        select k.clinic_id, k.id, k.unwanted, case
            when k.has_to_wait then quiet_until
            -- Somebody who registered with the address of a stranger could fill the stranger's mailbox by booking and
            -- cancelling. What waits is sent later, or dropped with its booking.
            when k.unconfirmed_address is not null
              and row_number() over (
                partition by k.unconfirmed_address, k.has_to_wait, k.unwanted is null order by k.id)
                > app_private.messages_left(k.unconfirmed_address, claim_notifications.at)
              then claim_notifications.at + interval '15 minutes' end as wait_until
        from checked k
      ), dropped as (
        update app_public.notifications n set state = 'dropped', dropped_because = j.unwanted
        from decided j where n.clinic_id = j.clinic_id and n.id = j.id and j.unwanted is not null
      ), put_off as (
        update app_public.notifications n set retry_at = j.wait_until
        from decided j
        where n.clinic_id = j.clinic_id and n.id = j.id and j.unwanted is null and j.wait_until is not null
      ), taken as (
        -- The attempt is counted and the next one scheduled before the message is sent. If a worker dies while
        -- sending, the message may be sent once too often, but never not at all, and a message that crashes its
        -- worker is not tried forever.
        update app_public.notifications n
        set attempts = n.attempts + 1,
            retry_at = claim_notifications.at + interval '30 seconds' * 2 ^ n.attempts
        from decided j
        where n.clinic_id = j.clinic_id and n.id = j.id and j.unwanted is null and j.wait_until is null
        returning n.*
      ), begun as (
        insert into app_private.delivery_attempts (clinic_id, notification_id, generation, attempt, channel, started_at)
        select t.clinic_id, t.id, t.generation, t.attempts, t.channel, claim_notifications.at from taken t
      )
      select t.* from taken t;
    get diagnostics claimed = row_count;
    -- If every message of this batch was dropped or delayed, there may be other work.
    exit when claimed > 0;
  end loop;
end
$$;

comment on function app_private.claim_notifications is
'Claims up to `batch` messages of one clinic that are to be sent at `at` by e-mail or SMS (`only_channel`; null means '
'either), and with `due_by` only those that were due by then, skipping messages that another worker has claimed. Each '
'is due again after 30 s, doubling with each attempt, unless record_deliveries records its outcome; so a batch must '
'be sent within 30 s. Reminders that are no longer wanted are dropped, and those of an invoice on which nothing is '
'due any more. In the clinic''s quiet hours only two kinds of message are sent: answers to what the customer has just '
'done (for one hour), and messages other than reminders about an appointment that begins within two hours of the end '
'of the quiet hours. Everything else waits for their end, and a reminder that would then be too late is dropped. To '
'an address that nobody has confirmed a few messages are sent an hour (messages_left); the others wait. Called by the '
'job send_notifications.';
