create or replace function app_private.queue_notifications(booking app_public.bookings, kind app_public.notification_kind) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- Rows only, no job and no notify: either would take a lock that all commits share. The job send_notifications finds what is due.
  insert into app_public.notifications (clinic_id, booking_id, customer_id, kind, booking_sequence, due_at)
  values (booking.clinic_id, booking.id, booking.customer_id, kind, booking.sequence, now());
  if kind in ('booking_confirmed', 'booking_rescheduled') then
    insert into app_public.notifications (clinic_id, booking_id, customer_id, kind, lead_time, booking_sequence, due_at)
    select booking.clinic_id, booking.id, booking.customer_id, 'booking_reminder', lead, booking.sequence, booking.starts_at - lead
    -- Distinct, or a policy that names a lead time twice ('1 day' and '24 hours') would stop all bookings of its clinic.
    from (
      select distinct unnest(p.reminder_lead_times) as lead from app_public.policies p where p.clinic_id = booking.clinic_id
    ) reminder
    where booking.starts_at - lead > now();
  end if;
end
$$;

comment on function app_private.queue_notifications(app_public.bookings, app_public.notification_kind) is
'Records what is to be sent about a booking, in the booking''s own transaction: the message itself now and, for a new time, one reminder per lead time of the policy that still lies ahead.';

revoke all on function app_private.queue_notifications(app_public.bookings, app_public.notification_kind) from public;
