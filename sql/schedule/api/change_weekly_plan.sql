create or replace function app_public.change_weekly_plan(
  clinic_id bigint, doctor_id bigint, weekday int, time_slot_ids bigint[], sees_patients boolean,
  from_date date default null, until_date date default null, service_id bigint default null)
returns setof app_public.doctor_slot_templates
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics;
  time_slot bigint;
begin
  perform app_private.require_clinic_role(change_weekly_plan.clinic_id, 'manage');
  if weekday is null or weekday not between 1 and 7 then
    perform app_hidden.refuse('invalid_argument', 'A weekday is 1 (Monday) to 7 (Sunday).', '{"argument": "weekday"}');
  elsif sees_patients is null then
    perform app_hidden.refuse('invalid_argument', 'Say whether the doctor sees patients.',
      '{"argument": "seesPatients"}');
  elsif coalesce(cardinality(time_slot_ids), 0) not between 1 and 500 then
    perform app_hidden.refuse('invalid_argument', 'Name 1 to 500 time slots.', '{"argument": "timeSlotIds"}');
  elsif not isfinite(from_date) then
    perform app_hidden.refuse('invalid_argument', 'The first date must be a day.', '{"argument": "fromDate"}');
  elsif not isfinite(until_date) then
    perform app_hidden.refuse('invalid_argument', 'The last date must be a day.', '{"argument": "untilDate"}');
  end if;
  -- Serializes changes of the clinic's plans. Locking templates is not enough: an empty weekday has none.
  clinic := app_private.lock_schedule(change_weekly_plan.clinic_id);
  from_date := coalesce(from_date, (now() at time zone clinic.time_zone)::date);
  if until_date < from_date then
    perform app_hidden.refuse('invalid_argument', 'The last date is before the first.', '{"argument": "untilDate"}');
  end if;
  if not exists (select from app_public.doctors d
    where d.clinic_id = clinic.id and d.id = change_weekly_plan.doctor_id) then
    perform app_hidden.refuse('doctor_not_found', 'No such doctor in this clinic.',
      jsonb_build_object('doctorId', change_weekly_plan.doctor_id::text));
  end if;
  select asked.id into time_slot from unnest(time_slot_ids) asked (id)
  where not exists (select from app_public.time_slots ts where ts.clinic_id = clinic.id and ts.id = asked.id)
  limit 1;
  if found then
    perform app_hidden.refuse('time_slot_not_found', 'No such time slot in this clinic.',
      jsonb_build_object('timeSlotId', time_slot::text));
  end if;
  if change_weekly_plan.service_id is not null then
    perform app_private.offered_service(clinic.id, change_weekly_plan.service_id, change_weekly_plan.doctor_id);
  end if;

  for time_slot in select distinct asked.id from unnest(time_slot_ids) asked (id) order by asked.id loop
    if sees_patients then
      perform app_private.add_to_weekly_plan(
        clinic.id, change_weekly_plan.doctor_id, weekday, time_slot, daterange(from_date, until_date, '[]'),
        change_weekly_plan.service_id);
    else
      perform app_private.remove_from_weekly_plan(
        clinic.id, change_weekly_plan.doctor_id, weekday, time_slot, daterange(from_date, until_date, '[]'));
    end if;
  end loop;

  return query
  select t.* from app_public.doctor_slot_templates t
  where t.clinic_id = clinic.id and t.doctor_id = change_weekly_plan.doctor_id
    and t.weekday = change_weekly_plan.weekday
  order by t.time_slot_id, t.valid_from nulls first;
end
$$;

comment on function app_public.change_weekly_plan is
'Changes one weekday of a doctor''s weekly plan in one step: in these time slots (1 to 500) the doctor sees patients, '
'for all services or only for the one given, or does not, from `from_date` (a local date; null is today) to '
'`until_date` (inclusive; null is without end). All of it is changed or nothing. The plan before and after these '
'dates, and in other time slots, stays. Repeating the call changes nothing. `weekday` is ISO: 1 is Monday, 7 Sunday. '
'Returns the templates of that weekday. For managers. Refuses forbidden, unauthenticated, invalid_argument, '
'clinic_not_found, doctor_not_found, time_slot_not_found, plan_overlaps, service_not_found, service_not_offered.';

grant execute on function app_public.change_weekly_plan to app_staff;
