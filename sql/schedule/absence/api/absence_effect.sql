create or replace function app_public.absence_effect(
  clinic_id bigint, first_date date, last_date date, doctor_id bigint default null, start_time time default null,
  end_time time default null)
returns app_public.absence_effect
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  zone text;
  span tstzrange;
  effect app_public.absence_effect;
begin
  perform app_private.require_desk_or_own_doctor(absence_effect.clinic_id, absence_effect.doctor_id);
  select c.time_zone into zone from app_public.clinics c where c.id = absence_effect.clinic_id;
  span := app_private.absence_range(absence_effect.first_date, absence_effect.last_date, absence_effect.start_time,
    absence_effect.end_time, zone);
  effect.starts_at := lower(span);
  effect.ends_at := upper(span);
  select count(*) into effect.free_slots from app_public.booking_slots bs
  where bs.clinic_id = absence_effect.clinic_id
    and (absence_effect.doctor_id is null or bs.doctor_id = absence_effect.doctor_id)
    and bs.slot_date between absence_effect.first_date - 2 and absence_effect.last_date + 1
    and bs.during && span and bs.status in ('open', 'held') and bs.ends_at > now();
  select count(*) into effect.booked_visits
  from app_private.bookings_during(absence_effect.clinic_id, absence_effect.doctor_id, span);
  return effect;
end
$$;

comment on function app_public.absence_effect is
'What an absence of these dates and times would do if it were added now. For the desk, and for doctors on their own '
'absences. Refuses forbidden, clinic_not_found, invalid_argument.';

grant execute on function app_public.absence_effect to app_staff;
