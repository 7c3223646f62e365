create or replace function app_private.add_to_weekly_plan(
  clinic_id bigint, doctor_id bigint, weekday int, time_slot_id bigint, dates daterange,
  service_id bigint default null)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  overlap jsonb;
  touching bigint[];
  whole daterange;
begin
  -- The exclusion constraint would refuse it, too, but could not say which part of the plan is in the way.
  select jsonb_build_object(
      'weekday', add_to_weekly_plan.weekday, 'timeSlotId', wanted.id::text,
      'startTime', to_char(wanted.start_time, 'HH24:MI'), 'endTime', to_char(wanted.end_time, 'HH24:MI'),
      'overlaps', jsonb_build_object(
        'weekday', t.weekday, 'timeSlotId', ts.id::text,
        'startTime', to_char(ts.start_time, 'HH24:MI'), 'endTime', to_char(ts.end_time, 'HH24:MI'),
        'validFrom', to_char(t.valid_from, 'YYYY-MM-DD'), 'validUntil', to_char(t.valid_until, 'YYYY-MM-DD')))
  into overlap
  from app_public.time_slots wanted
  join app_public.doctor_slot_templates t
    on t.clinic_id = wanted.clinic_id and t.doctor_id = add_to_weekly_plan.doctor_id
    and t.week_minutes && app_hidden.week_minutes(add_to_weekly_plan.weekday, wanted.start_time, wanted.end_time)
    and t.validity && add_to_weekly_plan.dates
    and (t.weekday, t.time_slot_id) <> (add_to_weekly_plan.weekday, wanted.id)
  join app_public.time_slots ts on ts.clinic_id = t.clinic_id and ts.id = t.time_slot_id
  where wanted.clinic_id = add_to_weekly_plan.clinic_id and wanted.id = add_to_weekly_plan.time_slot_id
  order by t.valid_from nulls first, t.id
  limit 1;
  if found then
    perform app_hidden.refuse('plan_overlaps', 'The doctor''s weekly plan has another time slot at this time.',
      overlap);
  end if;

  if exists (
       select from app_public.doctor_slot_templates t
       where t.clinic_id = add_to_weekly_plan.clinic_id and t.doctor_id = add_to_weekly_plan.doctor_id
         and t.weekday = add_to_weekly_plan.weekday and t.time_slot_id = add_to_weekly_plan.time_slot_id
         and t.validity && add_to_weekly_plan.dates and t.service_id is distinct from add_to_weekly_plan.service_id)
  then
    -- On these dates it is reserved otherwise; before and after them that stays.
    perform app_private.remove_from_weekly_plan(add_to_weekly_plan.clinic_id, add_to_weekly_plan.doctor_id,
      add_to_weekly_plan.weekday, add_to_weekly_plan.time_slot_id, add_to_weekly_plan.dates);
  end if;

  -- What overlaps the dates, ends the day before them or begins the day after them becomes one template with them.
  -- Locked before it is read: others edit templates one by one, without the schedule's lock.
  perform from app_public.doctor_slot_templates t
  where t.clinic_id = add_to_weekly_plan.clinic_id and t.doctor_id = add_to_weekly_plan.doctor_id
    and t.weekday = add_to_weekly_plan.weekday and t.time_slot_id = add_to_weekly_plan.time_slot_id
  order by t.id
  for update;
  select array_agg(t.id order by t.id), range_merge(range_agg(t.validity) + datemultirange(add_to_weekly_plan.dates))
  into touching, whole
  from app_public.doctor_slot_templates t
  where t.clinic_id = add_to_weekly_plan.clinic_id and t.doctor_id = add_to_weekly_plan.doctor_id
    and t.weekday = add_to_weekly_plan.weekday and t.time_slot_id = add_to_weekly_plan.time_slot_id
    and t.service_id is not distinct from add_to_weekly_plan.service_id
    and (t.validity && add_to_weekly_plan.dates or t.validity -|- add_to_weekly_plan.dates);
  if touching is null then
    insert into app_public.doctor_slot_templates (clinic_id, doctor_id, time_slot_id, weekday, valid_from, valid_until,
      service_id)
    values (add_to_weekly_plan.clinic_id, add_to_weekly_plan.doctor_id, add_to_weekly_plan.time_slot_id,
      add_to_weekly_plan.weekday, lower(add_to_weekly_plan.dates), upper(add_to_weekly_plan.dates) - 1,
      add_to_weekly_plan.service_id);
    return;
  end if;
  -- Templates that lose dates are changed first, so that no two overlap meanwhile.
  delete from app_public.doctor_slot_templates t
  where t.clinic_id = add_to_weekly_plan.clinic_id and t.id = any (touching[2:]);
  update app_public.doctor_slot_templates t set valid_from = lower(whole), valid_until = upper(whole) - 1
  where t.clinic_id = add_to_weekly_plan.clinic_id and t.id = touching[1] and t.validity <> whole;
end
$$;

comment on function app_private.add_to_weekly_plan is
'Puts a time slot on a weekday (ISO) into a doctor''s weekly plan for a range of local dates, reserved for a service '
'or (null) for none. Templates with the same reservation whose dates overlap or adjoin it are combined with it into '
'one template. The caller holds lock_schedule. Refuses plan_overlaps; its detail names both time slots.';
