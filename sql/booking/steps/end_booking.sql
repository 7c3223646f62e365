create or replace function app_private.end_booking(
  clinic_id bigint, booking_id bigint, by app_public.booking_party, reason text,
  kind app_public.notification_kind default 'booking_cancelled', keeps_fee boolean default false,
  audience text default 'everybody')
returns app_public.bookings
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  booking app_public.bookings;
begin
  perform app_private.set_event_reason(end_booking.reason);
  update app_public.bookings b
  set status = 'cancelled', cancelled_at = now(), cancelled_by = end_booking.by,
    cancellation_reason = end_booking.reason
  where b.clinic_id = end_booking.clinic_id and b.id = end_booking.booking_id and b.status <> 'cancelled'
  returning b.* into booking;
  if booking.id is null then
    -- The trigger check_transition does not fire if the status stays cancelled. The slot may have another booking now.
    perform app_hidden.refuse('illegal_transition', 'The booking is cancelled already.', '{"status": "cancelled"}');
  end if;
  perform app_private.free_slots(booking.clinic_id, app_private.slots_of_booking(booking));
  perform app_private.set_event_reason(null);
  if booking.service_id is not null then
    perform billing_private.end_visit_charges(booking, end_booking.keeps_fee
      or end_booking.by = 'customer' and app_private.cancellable_until(booking) < now());
  end if;
  perform app_private.drop_notifications(booking);
  if booking.starts_at > now() then
    perform app_private.queue_notifications(booking, end_booking.kind, audience => end_booking.audience);
  end if;
  return booking;
end
$$;

comment on function app_private.end_booking is
'Cancels a live booking: frees its slots (free_slots), deletes pending messages and, if it has not started, queues the '
'message `kind` (booking_cancelled or slot_withdrawn) to the customer. What was paid becomes credit, apart from the '
'fee that the clinic keeps with `keeps_fee`, and if the customer cancels after the cut-off. `audience` is that of '
'queue_notifications. The caller has checked its right and locked the booking, and offers the slots to the waiting '
'list at the end of its work (offer_freed_slots), apart from those that it withdraws. Refuses illegal_transition.';
