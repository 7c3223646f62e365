create or replace function app_private.note_schedule_change() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- Noted and not applied: who rebuilds a week changes ten templates one after the other, and between the first and
  -- the last no slot should go and no booking be put on a list. The job apply_changed_templates waits for a quiet
  -- minute.
  insert into app_private.schedule_changes as sc (clinic_id)
  values (case TG_OP when 'DELETE' then OLD.clinic_id else NEW.clinic_id end)
  -- Once a transaction, and never the time that is there: follow_templates takes away only the note that it read.
  on conflict on constraint a_clinic_has_changes_or_not do update
    set changed_at = greatest(now(), sc.changed_at + interval '1 microsecond') where sc.changed_at <> now();
  return null;
end
$$;

comment on function app_private.note_schedule_change is
'Trigger: records that a clinic''s templates or time slots have changed, so that the job adapts its slots.';
