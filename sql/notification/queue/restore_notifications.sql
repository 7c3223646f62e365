create or replace function app_private.restore_notifications(booking app_public.bookings) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  update app_public.notifications n set state = 'pending', dropped_because = null
  where n.clinic_id = booking.clinic_id and n.booking_id = booking.id and n.booking_sequence = booking.sequence
    and n.state = 'dropped' and n.dropped_because = 'booking_changed' and n.kind <> 'booking_reminder';
  perform app_private.queue_reminders(booking.clinic_id, array[booking.id]);
end
$$;

comment on function app_private.restore_notifications is
'Reverses drop_notifications for a future booking whose check-in is undone: messages about its current time that were '
'not sent are pending again, reminders only if their time has not passed.';
