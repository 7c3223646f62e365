create or replace function app_private.set_template_week_minutes() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- An invalid weekday gets a value as well, so that its own constraint refuses it.
  select app_hidden.week_minutes(
      case when NEW.weekday between 1 and 7 then NEW.weekday else 1 end, ts.start_time, ts.end_time)
    into NEW.week_minutes
  from app_public.time_slots ts where ts.clinic_id = NEW.clinic_id and ts.id = NEW.time_slot_id;
  if NEW.week_minutes is null then
    perform app_hidden.refuse('time_slot_not_found', 'No such time slot in this clinic.',
      jsonb_build_object('timeSlotId', NEW.time_slot_id::text));
  end if;
  return NEW;
end
$$;

comment on function app_private.set_template_week_minutes is
'Trigger: copies a time slot''s place in the week into the template, where the exclusion constraint can compare it. '
'Refuses time_slot_not_found.';
