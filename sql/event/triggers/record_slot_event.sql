create or replace function app_private.record_slot_event() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Also if only the customer changes: an expired hold that another customer takes over stays held. Or if only the head
  -- changes: a visit may be moved by one slot.
  if (NEW.status, NEW.customer_id, NEW.head_slot_id)
    is not distinct from (OLD.status, OLD.customer_id, OLD.head_slot_id)
  then
    return null;
  end if;
  insert into app_public.events (clinic_id, entity, booking_slot_id, customer_id, from_state, to_state, reason, actor,
    actor_account_id, head_slot_id)
  values (NEW.clinic_id, 'booking_slot', NEW.id, coalesce(NEW.customer_id, OLD.customer_id), OLD.status::text,
    NEW.status::text,
    nullif(current_setting('medislot.reason', true), ''), app_private.caller_kind(NEW.clinic_id),
      app_hidden.current_account_id(), NEW.head_slot_id);
  return null;
end
$$;

comment on function app_private.record_slot_event is
'Trigger: records an event for every change of a slot''s status, customer or head.';
