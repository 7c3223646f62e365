create or replace function app_public.days_with_free_slots(
  clinic_id bigint default null, doctor_id bigint default null, specialization_id bigint default null,
  days_from date default null, days_to date default null)
returns setof app_public.day_with_free_slots
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- Where a day ends last on earth, today.
  day date := coalesce(days_from, (now() at time zone 'UTC' - interval '12 hours')::date);
  last_day date;
  answer app_public.day_with_free_slots;
begin
  if not isfinite(day) or not isfinite(coalesce(days_to, day)) or days_to - day not between 0 and 61 then
    perform app_hidden.refuse('invalid_argument', 'Ask for 1 to 62 days.', '{"argument": "daysTo"}');
  end if;
  last_day := coalesce(days_to, day + 41);
  while day <= last_day loop
    -- The search itself is asked, so that its rules are not repeated here.
    if days_with_free_slots.clinic_id is not null then
      -- The first free slot of a clinic is on the first day that has one.
      select s.slot_date into day
      from app_public.available_slots(days_with_free_slots.clinic_id, days_with_free_slots.doctor_id, days_with_free_slots.specialization_id,
        from_date => day, to_date => last_day, page_size => 1) s;
    else
      -- Across clinics a later day may begin first, in another zone.
      perform from app_public.available_slots(doctor_id => days_with_free_slots.doctor_id, specialization_id => days_with_free_slots.specialization_id,
        from_date => day, to_date => day, page_size => 1);
    end if;
    if found then
      answer.slot_date := day;
      return next answer;
    elsif days_with_free_slots.clinic_id is not null then
      return;
    end if;
    day := day + 1;
  end loop;
end
$$;

comment on function app_public.days_with_free_slots(bigint, bigint, bigint, date, date) is
'The days, as the clinics'' local dates, on which app_public.available_slots finds anything, for calendars: of one doctor (with the clinic), of one clinic, or across all clinics; by specialization; from `days_from` (default today) to `days_to` (default six weeks in all), inclusive, 62 days at most. Open to everybody. Refuses invalid_argument.';

revoke all on function app_public.days_with_free_slots(bigint, bigint, bigint, date, date) from public;
grant execute on function app_public.days_with_free_slots(bigint, bigint, bigint, date, date) to app_anonymous;
