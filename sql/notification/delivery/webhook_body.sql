create or replace function app_private.webhook_body(notification app_public.notifications) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- Ids and times only, no personal data: the receiver asks the API for the rest, with its own rights.
  return (
    select jsonb_build_object(
      'id', concat_ws('-', app_private.installation_id(), notification.clinic_id, notification.id,
        notification.generation),
      'type', notification.kind, 'occurredAt', notification.created_at, 'booking', jsonb_build_object(
        'clinicId', b.clinic_id::text, 'id', b.id::text, 'bookingSlotId', b.booking_slot_id::text,
        'doctorId', b.doctor_id::text, 'customerId', b.customer_id::text, 'status', b.status,
        'cancelledBy', b.cancelled_by, 'sequence', b.sequence,
        'serviceId', b.service_id::text, 'startsAt', b.starts_at, 'endsAt', b.ends_at,
        'visitStartsAt', b.visit_starts_at, 'visitEndsAt', b.visit_ends_at))::text
    from app_public.bookings b
    where b.clinic_id = notification.clinic_id and b.id = notification.booking_id);
end
$$;

comment on function app_private.webhook_body is
'The body that a webhook would post for a notification now: startsAt and endsAt are those of the booking''s slots, '
'visitStartsAt and visitEndsAt those of the visit without its buffers. claim_webhooks stores the body of the first '
'attempt for all later ones.';
