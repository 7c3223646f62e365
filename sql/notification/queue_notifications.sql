create or replace function app_private.queue_notifications(
  booking app_public.bookings, kind app_public.notification_kind, earlier_start timestamptz default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  chosen record := app_private.choose_channel(booking.clinic_id, booking.customer_id, kind);
begin
  -- Rows only, no job and no notify: either would take a lock that all commits share. The job send_notifications finds what is due.
  if chosen.channel is not null then
    -- Whether it waits for the end of the quiet hours is decided when it is sent (claim_notifications).
    insert into app_public.notifications (
      clinic_id, booking_id, customer_id, kind, channel, booking_sequence, due_at, answers_until, earlier_start, state, last_error)
    values (booking.clinic_id, booking.id, booking.customer_id, kind, chosen.channel, booking.sequence, now(),
      case when app_hidden.current_customer_id() = booking.customer_id then now() + interval '1 hour' end,
      queue_notifications.earlier_start,
      -- Without an address it has failed already, and the desk sees it at once.
      (case when chosen.has_address then 'pending' else 'dead' end)::app_public.notification_state,
      case when not chosen.has_address then 'the clinic knows no address for ' || chosen.channel end);
  end if;
  insert into app_public.notifications (clinic_id, booking_id, customer_id, kind, channel, endpoint_id, booking_sequence, due_at)
  select booking.clinic_id, booking.id, booking.customer_id, queue_notifications.kind, 'webhook', we.id, booking.sequence, now()
  from app_public.webhook_endpoints we
  where we.clinic_id = booking.clinic_id and we.is_active and queue_notifications.kind = any (we.kinds);
  if kind in ('booking_confirmed', 'booking_rescheduled') then
    perform app_private.reconcile_reminders(booking.clinic_id, booking.id);
  end if;
end
$$;

comment on function app_private.queue_notifications(app_public.bookings, app_public.notification_kind, timestamptz) is
'Records what is to be sent about a booking, in the booking''s own transaction: the message itself, over the channel that clinic and customer chose, dead from the beginning when no address is known; the clinic''s webhooks; and, for a new time, the reminders. `earlier_start` is the start that a moved booking had before.';

revoke all on function app_private.queue_notifications(app_public.bookings, app_public.notification_kind, timestamptz) from public;
