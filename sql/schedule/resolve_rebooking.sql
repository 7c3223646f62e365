create or replace function app_private.resolve_rebooking() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  update app_public.rebooking_list rl
  set resolved_at = now(), resolution = case when NEW.booking_slot_id <> OLD.booking_slot_id then 'rebooked' else 'ended' end
  where rl.clinic_id = NEW.clinic_id and rl.open_booking_id = NEW.id
    -- Who is checked in is there: nothing is to be rebooked.
    and (NEW.booking_slot_id <> OLD.booking_slot_id or NEW.status <> 'booked');
  if found then
    -- The slot it leaves is free for a moment, and no template wants it.
    insert into app_private.schedule_changes as sc (clinic_id) values (NEW.clinic_id)
    on conflict on constraint a_clinic_has_changes_or_not do nothing;
  end if;
  return null;
end
$$;

comment on function app_private.resolve_rebooking() is
'Trigger: a booking that is moved, or ended, or whose patient has come, leaves the rebooking list; the slot it left is looked at again.';

revoke all on function app_private.resolve_rebooking() from public;
