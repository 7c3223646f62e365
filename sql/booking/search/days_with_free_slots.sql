create or replace function app_public.days_with_free_slots(
  clinic_id bigint default null, doctor_id bigint default null, specialization_id bigint default null,
  days_from date default null, days_to date default null, service_id bigint default null)
returns setof app_public.day_with_free_slots
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- Today, in the time zone in which a day ends last.
  day date := coalesce(days_from, (now() at time zone 'UTC' - interval '12 hours')::date);
  last_day date;
  answer app_public.day_with_free_slots;
begin
  if not isfinite(day) or not isfinite(coalesce(days_to, day)) or days_to - day not between 0 and 61 then
    perform app_hidden.refuse('invalid_argument', 'Ask for 1 to 62 days.', '{"argument": "daysTo"}');
  end if;
  last_day := coalesce(days_to, day + 41);
  while day <= last_day loop
    -- Calls the search itself, so that its rules are not repeated here.
    if days_with_free_slots.clinic_id is not null then
      -- The first free slot of a clinic is on the first day that has one.
      select s.slot_date into day
      from app_public.available_slots(days_with_free_slots.clinic_id, days_with_free_slots.doctor_id,
        days_with_free_slots.specialization_id,
        from_date => day, to_date => last_day, page_size => 1,
        service_id => days_with_free_slots.service_id) s;
    else
      -- Across clinics a later day may begin first, in another zone.
      perform from app_public.available_slots(doctor_id => days_with_free_slots.doctor_id,
        specialization_id => days_with_free_slots.specialization_id,
        from_date => day, to_date => day, page_size => 1,
        service_id => days_with_free_slots.service_id);
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

comment on function app_public.days_with_free_slots is
'The local dates on which app_public.available_slots finds a slot, for calendars: of one doctor (give the clinic '
'too), of one clinic, or of all clinics; optionally of one specialization, or (give the clinic too) for a visit of '
'one service; from `days_from` (default today) to `days_to` (default six weeks in all), inclusive, at most 62 days. '
'Anyone may call it. Refuses invalid_argument, service_not_found, service_not_offered.';

grant execute on function app_public.days_with_free_slots to app_anonymous;
