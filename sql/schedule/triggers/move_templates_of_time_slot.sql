create or replace function app_private.move_templates_of_time_slot() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update app_public.doctor_slot_templates t
  set week_minutes = app_hidden.week_minutes(t.weekday, NEW.start_time, NEW.end_time)
  where t.clinic_id = NEW.clinic_id and t.time_slot_id = NEW.id;
  return null;
end
$$;

comment on function app_private.move_templates_of_time_slot is
'Trigger: a time slot that moves takes its templates along; the exclusion constraint refuses the move when a '
'doctor''s templates would then overlap. Slots already made stay where they are.';
