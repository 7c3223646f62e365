create or replace function app_private.record_new_slots() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- One statement for a whole generation, not one per slot.
  insert into app_public.events (clinic_id, entity, booking_slot_id, to_state, actor, actor_account_id)
  select made.clinic_id, 'booking_slot', made.id, made.status::text, app_private.caller_kind(made.clinic_id),
    app_hidden.current_account_id()
  from made;
  return null;
end
$$;

comment on function app_private.record_new_slots is
'Trigger: records an event for each new slot, so that the history of a slot is complete.';
