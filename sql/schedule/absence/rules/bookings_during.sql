create or replace function app_private.bookings_during(clinic_id bigint, doctor_id bigint, during tstzrange)
returns setof app_public.bookings
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
  select b.* from app_public.bookings b
  where b.clinic_id = bookings_during.clinic_id
    and (bookings_during.doctor_id is null or b.doctor_id = bookings_during.doctor_id)
    -- By date, which has an index. A visit is two days long at most, and its date is one of the clinic's zone.
    and b.slot_date between lower(bookings_during.during)::date - 3 and upper(bookings_during.during)::date + 1
    and b.during && bookings_during.during and b.status in ('booked', 'checked_in') and b.ends_at > now();
end
$$;

comment on function app_private.bookings_during is
'The live bookings of a doctor, or of all doctors if `doctor_id` is null, whose slots overlap this time and are not '
'over.';
