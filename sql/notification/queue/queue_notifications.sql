create or replace function app_private.queue_notifications(
  booking app_public.bookings, kind app_public.notification_kind, earlier_start timestamptz default null,
  audience text default 'everybody', series_booking_ids bigint[] default null)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  chosen record := app_private.choose_channel(booking.clinic_id, booking.customer_id, kind);
begin
  -- Writes rows only, no job and no notify: both would take a lock that all commits share. The job send_notifications
  -- finds messages that are due.
  if chosen.channel is not null and audience <> 'others' then
    -- claim_notifications decides at the time of sending whether the message waits for the end of the quiet hours.
    insert into app_public.notifications (
      clinic_id, booking_id, customer_id, kind, channel, booking_sequence, due_at, answers_until, earlier_start, state,
        last_error, series_booking_ids)
    values (booking.clinic_id, booking.id, booking.customer_id, kind, chosen.channel, booking.sequence, now(),
      case when booking.customer_id = any (app_hidden.current_customer_ids()) then now() + interval '1 hour' end,
      queue_notifications.earlier_start,
      -- Without an address the message is dead from the start, so the desk sees it at once.
      (case when chosen.has_address then 'pending' else 'dead' end)::app_public.notification_state,
      case when not chosen.has_address then 'the clinic knows no address for ' || chosen.channel end,
      case when cardinality(queue_notifications.series_booking_ids) > 1
        then queue_notifications.series_booking_ids end);
  end if;
  if audience = 'customer' then
    return;
  end if;
  insert into app_public.notifications (clinic_id, booking_id, customer_id, kind, channel, endpoint_id,
    booking_sequence, due_at)
  select booking.clinic_id, booking.id, booking.customer_id, queue_notifications.kind, 'webhook', we.id,
    booking.sequence, now()
  from app_public.webhook_endpoints we
  where we.clinic_id = booking.clinic_id and we.is_active and queue_notifications.kind = any (we.kinds);
  -- Most bookings are made more than a day ahead of their reminders: these are written later, many in one transaction
  -- (queue_coming_reminders), and never if the booking is cancelled before.
  if kind in ('booking_confirmed', 'booking_rescheduled') then
    if exists (
      select from app_public.policies p cross join unnest(p.reminder_lead_times) as ahead
      where p.clinic_id = booking.clinic_id
        and booking.starts_at - ahead <= clock_timestamp() + app_private.reminder_period())
    then
      perform app_private.queue_reminders(booking.clinic_id, array[booking.id]);
    end if;
  end if;
end
$$;

comment on function app_private.queue_notifications is
'Records the messages about a booking in the booking''s own transaction: the message to the customer, over the '
'channel that follows from the clinic''s rules and the customer''s preference (it is dead from the start if no '
'address is known); the clinic''s webhooks; and, for a new time, the reminders that are due soon. `earlier_start` is '
'the start of a moved booking before it was moved. `audience` is for series, whose visits share one message: with '
'customer, only this message is recorded, about `series_booking_ids`; with others, only webhooks and reminders.';
