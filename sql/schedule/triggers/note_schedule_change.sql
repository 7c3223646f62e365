create or replace function app_private.note_schedule_change() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- The change is recorded and not applied at once: a person who rebuilds a week changes many templates one after the
  -- other, and meanwhile no slot should be withdrawn and no booking be put on the rebooking list. The job
  -- apply_changed_templates waits until nothing has changed for a minute.
  insert into app_private.schedule_changes as sc (clinic_id)
  values (case TG_OP when 'DELETE' then OLD.clinic_id else NEW.clinic_id end)
  -- Recorded once for each transaction, and always with a new time: follow_templates removes only the record that it
  -- has read.
  on conflict on constraint a_clinic_has_changes_or_not do update
    set changed_at = greatest(now(), sc.changed_at + interval '1 microsecond') where sc.changed_at <> now();
  return null;
end
$$;

comment on function app_private.note_schedule_change is
'Trigger: records that a clinic''s templates or time slots have changed, so that the job adapts its slots.';
