create or replace function app_private.queue_notifications(booking app_public.bookings, kind app_public.notification_kind) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  quiet record;
  told_at timestamptz := now();
  channel text := app_private.choose_channel(booking.clinic_id, booking.customer_id, kind);
begin
  -- Rows only, no job and no notify: either would take a lock that all commits share. The job send_notifications finds what is due.
  if channel is not null then
    if app_hidden.current_customer_id() is distinct from booking.customer_id then
      -- Nobody is woken for what the clinic did, unless it is about the very next hours.
      select p.quiet_from, p.quiet_until, c.time_zone into quiet
      from app_public.policies p join app_public.clinics c on c.id = p.clinic_id
      where p.clinic_id = booking.clinic_id;
      told_at := coalesce(upper(app_private.quiet_hours(told_at, quiet.time_zone, quiet.quiet_from, quiet.quiet_until)), told_at);
      if told_at > booking.starts_at - interval '2 hours' then
        told_at := now();
      end if;
    end if;
    insert into app_public.notifications (clinic_id, booking_id, customer_id, kind, channel, booking_sequence, due_at)
    values (booking.clinic_id, booking.id, booking.customer_id, kind, channel, booking.sequence, told_at);
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

comment on function app_private.queue_notifications(app_public.bookings, app_public.notification_kind) is
'Records what is to be sent about a booking, in the booking''s own transaction: the message itself, over the channel that clinic and customer chose; the clinic''s webhooks; and, for a new time, the reminders.';

revoke all on function app_private.queue_notifications(app_public.bookings, app_public.notification_kind) from public;
