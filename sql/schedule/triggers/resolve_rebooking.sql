create or replace function app_private.resolve_rebooking() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  update app_public.rebooking_list rl
  set resolved_at = now(), resolution = case when NEW.booking_slot_id <> OLD.booking_slot_id then 'rebooked'
    else 'ended' end
  where rl.clinic_id = NEW.clinic_id and rl.open_booking_id = NEW.id
    -- A patient who is checked in has arrived: no other time is needed.
    and (NEW.booking_slot_id <> OLD.booking_slot_id or NEW.status <> 'booked');
  if found then
    -- The slot that it leaves is free now, but matches no template.
    insert into app_private.schedule_changes as sc (clinic_id) values (NEW.clinic_id)
    on conflict on constraint a_clinic_has_changes_or_not do nothing;
  end if;
  return null;
end
$$;

comment on function app_private.resolve_rebooking is
'Trigger: the rebooking entry of a booking is resolved when the booking is moved or ended, or its patient has '
'arrived. The slot that it leaves is checked against the templates again.';
