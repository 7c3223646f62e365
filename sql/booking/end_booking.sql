create or replace function app_private.end_booking(
  clinic_id bigint, booking_id bigint, by app_public.booking_party, reason text, kind app_public.notification_kind default 'booking_cancelled')
returns app_public.bookings
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  booking app_public.bookings;
begin
  -- Row triggers record events; they take the reason from here, because a slot has no column for it.
  perform set_config('medislot.reason', coalesce(end_booking.reason, ''), true);
  update app_public.bookings b
  set status = 'cancelled', cancelled_at = now(), cancelled_by = end_booking.by, cancellation_reason = end_booking.reason
  where b.clinic_id = end_booking.clinic_id and b.id = end_booking.booking_id and b.status <> 'cancelled'
  returning b.* into booking;
  if booking.id is null then
    -- The trigger of the transitions sees changes only, and to be cancelled again is none. But the slot may be somebody else's by now.
    perform app_hidden.refuse('illegal_transition', 'The booking is cancelled already.', '{"status": "cancelled"}');
  end if;
  perform app_private.free_slot(booking.clinic_id, booking.booking_slot_id);
  perform set_config('medislot.reason', '', true);
  perform app_private.drop_notifications(booking);
  if booking.starts_at > now() then
    perform app_private.queue_notifications(booking, end_booking.kind);
  end if;
  return booking;
end
$$;

comment on function app_private.end_booking(bigint, bigint, app_public.booking_party, text, app_public.notification_kind) is
'Cancels a live booking: its slot is free again (free_slot), pending messages are dropped and, unless its time has passed, what the customer is told (`kind`: booking_cancelled, or slot_withdrawn) is queued. The caller has judged and locked. Refuses illegal_transition.';

revoke all on function app_private.end_booking(bigint, bigint, app_public.booking_party, text, app_public.notification_kind) from public;
