create or replace function app_private.export_events(customer_id bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return (
    select coalesce(jsonb_agg(
      jsonb_build_object(
        'clinicId', e.clinic_id::text, 'eventId', e.id::text, 'occurredAt', e.occurred_at, 'entity', e.entity,
        'bookingSlotId', e.booking_slot_id::text, 'bookingId', e.booking_id::text,
        'fromState', e.from_state, 'toState', e.to_state, 'reason', e.reason, 'actor', e.actor)
      order by e.recorded_at nulls first, e.id), '[]')
    from app_public.events e where e.customer_id = export_events.customer_id);
end
$$;

comment on function app_private.export_events is
'The recorded events of a customer''s slots and bookings, as export_customer returns them.';
