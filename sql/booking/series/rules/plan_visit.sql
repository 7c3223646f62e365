create or replace function app_private.plan_visit(
  shift app_public.time_slots, doctor_id bigint, slot_date date, service app_public.services, customer_id bigint,
  own_slot_ids bigint[] default '{}')
returns app_public.planned_visit
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  zone text;
  planned app_public.planned_visit;
  slot app_public.booking_slots;
  during tstzrange;
  wanted_at timestamptz;
  near app_public.booking_slots;
begin
  select c.time_zone into zone from app_public.clinics c where c.id = shift.clinic_id;
  select bs.* into slot from app_public.booking_slots bs
  where bs.clinic_id = shift.clinic_id and bs.doctor_id = plan_visit.doctor_id
    and bs.current_time_slot_id = shift.id and bs.slot_date = plan_visit.slot_date;
  during := coalesce(slot.during,
    app_hidden.local_range(plan_visit.slot_date, shift.start_time, shift.end_time, zone));
  planned.slot_date := plan_visit.slot_date;
  planned.booking_slot_id := slot.id;
  planned.starts_at := lower(during);
  planned.ends_at := upper(during);
  planned.reason := case
    when slot.id is not null then app_private.why_not_booked(slot, service, plan_visit.customer_id, own_slot_ids)
    when during is null then 'skipped_local_time'
    when upper(during) <= now() then 'slot_in_the_past'
    when app_private.absence_covering(shift.clinic_id, plan_visit.doctor_id, during) is not null then 'doctor_absent'
    when exists (
      select from app_public.doctor_slot_templates t
      where t.clinic_id = shift.clinic_id and t.doctor_id = plan_visit.doctor_id and t.time_slot_id = shift.id
        and t.weekday = extract(isodow from plan_visit.slot_date) and t.validity @> plan_visit.slot_date)
      then 'not_generated'
    else 'slot_not_found' end;
  if slot.withdrawn_for_absence_id is not null then
    planned.reason := 'doctor_absent';
  end if;
  planned.alternatives := '{}';
  if planned.reason is null or planned.reason = 'not_generated' then
    return planned;
  end if;
  wanted_at := coalesce(lower(during), (plan_visit.slot_date + shift.start_time) at time zone zone);
  for near in
    select bs.* from app_public.booking_slots bs
    where bs.clinic_id = shift.clinic_id and bs.doctor_id = plan_visit.doctor_id and bs.status in ('open', 'held')
      and bs.starts_at > now()
      and bs.starts_at between wanted_at - interval '3 days' and wanted_at + interval '3 days'
    order by abs(extract(epoch from bs.starts_at - wanted_at)), bs.starts_at
  loop
    if app_private.why_not_booked(near, service, plan_visit.customer_id, own_slot_ids) is null then
      planned.alternatives := planned.alternatives || row(near.id, near.starts_at)::app_public.planned_alternative;
      exit when cardinality(planned.alternatives) = 3;
    end if;
  end loop;
  return planned;
end
$$;

comment on function app_private.plan_visit is
'One date of a series that is planned: the doctor''s slot in this time slot, or why the visit cannot be booked, with '
'the nearest slots that can. `service` is a result of app_private.offered_service, or a null; `own_slot_ids` is that '
'of why_not_booked.';
