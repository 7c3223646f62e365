create or replace function app_private.record_booking_event() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into app_public.events (clinic_id, entity, booking_id, booking_slot_id, customer_id, from_state, to_state,
    reason, actor, actor_account_id)
  values (NEW.clinic_id, 'booking', NEW.id, NEW.booking_slot_id, NEW.customer_id, OLD.status::text, NEW.status::text,
    nullif(current_setting('medislot.reason', true), ''), app_private.caller_kind(NEW.clinic_id),
    app_hidden.current_account_id());
  return null;
end
$$;

comment on function app_private.record_booking_event is
'Trigger: records an event for a new booking and for every change of its status or slot. (In an insert OLD is null, '
'and so is from_state.)';
