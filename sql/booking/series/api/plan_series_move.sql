create or replace function app_public.plan_series_move(
  clinic_id bigint, series_id bigint, from_date date, days int default 0, time_slot_id bigint default null,
  doctor_id bigint default null)
returns setof app_public.planned_visit
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  visits app_public.bookings[];
  own_slot_ids bigint[];
  visit app_public.bookings;
  new_doctor_id bigint;
  shift app_public.time_slots;
  service app_public.services;
  planned app_public.planned_visit;
begin
  perform app_private.require_clinic_role(plan_series_move.clinic_id, 'desk');
  if days is null or days not between -366 and 366 then
    perform app_hidden.refuse('invalid_argument', 'A series is moved by at most 366 days.', '{"argument": "days"}');
  end if;
  visits := array(select v from app_private.visits_ahead(plan_series_move.clinic_id, plan_series_move.series_id,
    plan_series_move.from_date) v);
  own_slot_ids := array(
    select s.id from unnest(visits) v cross join lateral unnest(app_private.slots_of_booking(v)) s (id));
  foreach visit in array visits loop
    new_doctor_id := coalesce(plan_series_move.doctor_id, visit.doctor_id);
    shift := app_private.shift_of_series(visit.clinic_id, new_doctor_id, coalesce(plan_series_move.time_slot_id, (
      select bs.time_slot_id from app_public.booking_slots bs
      where bs.clinic_id = visit.clinic_id and bs.id = visit.booking_slot_id)));
    service := null;
    if visit.service_id is not null then
      service := app_private.offered_service(visit.clinic_id, visit.service_id, new_doctor_id, is_kept => true);
    end if;
    planned := app_private.plan_visit(shift, new_doctor_id, visit.slot_date + days, service, visit.customer_id,
      own_slot_ids);
    planned.booking_id := visit.id;
    return next planned;
  end loop;
end
$$;

comment on function app_public.plan_series_move is
'Plans to move the future visits of a series, from a local date of the clinic on: by `days`, to another time slot or '
'to another doctor (null: the visit''s own). Returns for each visit what plan_series returns. The present times of '
'these visits count as free. It changes nothing; move_series moves them. For the desk. Refuses forbidden, '
'series_not_found, doctor_not_found, time_slot_not_found, service_not_found, service_not_offered, invalid_argument.';

grant execute on function app_public.plan_series_move to app_staff;
