create or replace function app_private.move_absence() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Those of both times at once, in the order of their ids.
  perform app_private.lock_slots_in_absence(NEW.clinic_id, NEW.doctor_id, OLD.during, NEW.during);
  -- The absence has its new time already, so slots that it still covers stay withdrawn for it.
  perform app_private.lift_absence(OLD);
  perform app_private.apply_absence(NEW, OLD.during);
  return null;
end
$$;

comment on function app_private.move_absence is
'Trigger: an absence whose time was changed gives back the slots that it does not cover any more (lift_absence), and '
'withdraws those that it covers now (apply_absence).';
