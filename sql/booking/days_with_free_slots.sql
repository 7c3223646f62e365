create or replace function app_public.days_with_free_slots(
  from_date date, to_date date, clinic_id bigint default null, doctor_id bigint default null, specialization_id bigint default null)
returns setof date
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  day date := from_date;
begin
  if from_date is null or to_date is null or not (isfinite(from_date) and isfinite(to_date)) or to_date - from_date not between 0 and 61 then
    perform app_hidden.refuse('invalid_argument', 'Ask for 1 to 62 days.', '{"argument": "toDate"}');
  end if;
  while day <= to_date loop
    -- The search itself is asked, so that its rules are not repeated here.
    if days_with_free_slots.clinic_id is not null then
      -- A clinic's first free slot is on its first day that has one.
      select s.slot_date into day
      from app_public.available_slots(days_with_free_slots.clinic_id, days_with_free_slots.doctor_id, days_with_free_slots.specialization_id,
        from_date => day, to_date => days_with_free_slots.to_date, page_size => 1) s;
    else
      -- Across clinics a later day may begin first, in another zone.
      perform from app_public.available_slots(doctor_id => days_with_free_slots.doctor_id, specialization_id => days_with_free_slots.specialization_id,
        from_date => day, to_date => day, page_size => 1);
    end if;
    if found then
      return next day;
    elsif days_with_free_slots.clinic_id is not null then
      return;
    end if;
    day := day + 1;
  end loop;
end
$$;

comment on function app_public.days_with_free_slots(date, date, bigint, bigint, bigint) is
'The days, as the clinics'' local dates, on which app_public.available_slots finds anything: from `from_date` to `to_date`, inclusive, 62 at most. Of one doctor (with the clinic), of one clinic, or across all clinics; by specialization. For calendars. Open to everybody. Refuses invalid_argument.';

revoke all on function app_public.days_with_free_slots(date, date, bigint, bigint, bigint) from public;
grant execute on function app_public.days_with_free_slots(date, date, bigint, bigint, bigint) to app_anonymous;
