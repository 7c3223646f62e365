create or replace function app_private.remove_from_weekly_plan(
  clinic_id bigint, doctor_id bigint, weekday int, time_slot_id bigint, dates daterange)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  template app_public.doctor_slot_templates;
  rest daterange[];
begin
  for template in
    select t.* from app_public.doctor_slot_templates t
    where t.clinic_id = remove_from_weekly_plan.clinic_id and t.doctor_id = remove_from_weekly_plan.doctor_id
      and t.weekday = remove_from_weekly_plan.weekday and t.time_slot_id = remove_from_weekly_plan.time_slot_id
      and t.validity && remove_from_weekly_plan.dates
    order by t.id
    for update
  loop
    -- The part before the dates and the part after them remain.
    rest := array(
      select part from unnest(datemultirange(template.validity) - datemultirange(remove_from_weekly_plan.dates)) part
      order by part);
    if cardinality(rest) = 0 then
      delete from app_public.doctor_slot_templates t where t.clinic_id = template.clinic_id and t.id = template.id;
    else
      update app_public.doctor_slot_templates t set valid_from = lower(rest[1]), valid_until = upper(rest[1]) - 1
      where t.clinic_id = template.clinic_id and t.id = template.id;
      insert into app_public.doctor_slot_templates (clinic_id, doctor_id, time_slot_id, weekday, valid_from,
        valid_until, service_id)
      select template.clinic_id, template.doctor_id, template.time_slot_id, template.weekday, lower(rest[2]),
        upper(rest[2]) - 1, template.service_id
      where cardinality(rest) = 2;
    end if;
  end loop;
end
$$;

comment on function app_private.remove_from_weekly_plan is
'Takes a time slot on a weekday (ISO) out of a doctor''s weekly plan for a range of local dates; what is planned '
'before and after stays. The caller holds lock_schedule.';
