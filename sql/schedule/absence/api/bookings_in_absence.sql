create or replace function app_public.bookings_in_absence(
  clinic_id bigint, first_date date, last_date date, doctor_id bigint default null, start_time time default null,
  end_time time default null)
returns setof app_public.bookings
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  zone text;
begin
  perform app_private.require_desk_or_own_doctor(bookings_in_absence.clinic_id, bookings_in_absence.doctor_id);
  select c.time_zone into zone from app_public.clinics c where c.id = bookings_in_absence.clinic_id;
  return query
  select b.* from app_private.bookings_during(bookings_in_absence.clinic_id, bookings_in_absence.doctor_id,
    app_private.absence_range(bookings_in_absence.first_date, bookings_in_absence.last_date,
      bookings_in_absence.start_time, bookings_in_absence.end_time, zone)) b
  order by b.starts_at, b.id;
end
$$;

comment on function app_public.bookings_in_absence is
'The visits that lie in an absence of these dates and times and are not over, ordered by time: those that add_absence '
'would list or cancel. For the desk, and for doctors on their own absences. Refuses forbidden, '
'clinic_not_found, invalid_argument.';

grant execute on function app_public.bookings_in_absence to app_staff;
