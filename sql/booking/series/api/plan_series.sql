create or replace function app_public.plan_series(
  clinic_id bigint, doctor_id bigint, time_slot_id bigint, first_date date, service_id bigint default null,
  customer_id bigint default null, every_weeks int default 1, weekdays int[] default null, visits int default null,
  until_date date default null)
returns setof app_public.planned_visit
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  shift app_public.time_slots;
  service app_public.services;
begin
  perform app_private.require_clinic_role(plan_series.clinic_id, 'desk');
  shift := app_private.shift_of_series(plan_series.clinic_id, plan_series.doctor_id, plan_series.time_slot_id);
  if plan_series.service_id is not null then
    service := app_private.offered_service(shift.clinic_id, plan_series.service_id, plan_series.doctor_id);
  end if;
  return query
    select v.* from unnest(app_private.dates_of_plan(plan_series.first_date, plan_series.every_weeks,
      plan_series.weekdays, plan_series.visits, plan_series.until_date)) with ordinality d (day, n)
    cross join lateral app_private.plan_visit(shift, plan_series.doctor_id, d.day, service,
      plan_series.customer_id) v
    order by d.n;
end
$$;

comment on function app_public.plan_series is
'Plans a series of visits: for each date, the slot of the doctor in this time slot, and the reason if the visit '
'cannot be booked (slot_taken, slot_held, slot_offered, slot_withdrawn, slot_reserved, doctor_absent, run_not_free, '
'no_resource_free, payment_required, customer_busy, slot_in_the_past, skipped_local_time, slot_not_found, '
'not_generated), with the nearest slots that can be booked. The dates are local dates of the clinic, from '
'`first_date` on, in each `every_weeks`th week, on these weekdays (1 is Monday; by default that of the first date); '
'give the number of visits, at most 52, or the last date. With `customer_id`, it also finds other visits of this '
'customer at the clinic (customer_busy). It changes nothing: another caller may take a slot before book_series does. '
'For the desk. Refuses forbidden, doctor_not_found, time_slot_not_found, service_not_found, service_not_offered, '
'invalid_argument.';

grant execute on function app_public.plan_series to app_staff;
