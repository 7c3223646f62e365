create or replace function app_public.add_holidays(
  clinic_id bigint, region text, holidays app_public.holiday_to_add[],
  booked app_public.absence_handling default 'list', reason text default null)
returns setof app_public.absences
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  holiday record;
begin
  perform app_private.require_clinic_role(add_holidays.clinic_id, 'manage');
  if add_holidays.region is null or add_holidays.region !~ '^[A-Z]{2}(-[A-Za-z0-9]{1,10}){0,2}$' then
    perform app_hidden.refuse('invalid_argument', 'A region is a country, or a part of one, such as DE-BE.',
      '{"argument": "region"}');
  elsif cardinality(add_holidays.holidays) > 100 then
    perform app_hidden.refuse('invalid_argument', 'At most 100 holidays are added at once.',
      '{"argument": "holidays"}');
  end if;
  -- Before the look-up of those that are there: of two managers who confirm the same ones, the second adds none.
  perform app_private.lock_schedule(add_holidays.clinic_id);
  for holiday in
    -- Two holidays on one date are one absence.
    select h.holiday_date, nullif(min(coalesce(h.start_time, '00:00')), '00:00') as start_time,
      string_agg(h.name, ', ' order by h.name) as name,
      'holiday:' || add_holidays.region || ':' || to_char(h.holiday_date, 'YYYY-MM-DD') as source_key
    from unnest(add_holidays.holidays) h
    group by h.holiday_date
    order by h.holiday_date
  loop
    continue when exists (
      select from app_public.absences a
      where a.clinic_id = add_holidays.clinic_id and a.source_key = holiday.source_key);
    return next app_public.add_absence(add_holidays.clinic_id, 'holiday', holiday.holiday_date, holiday.holiday_date,
      start_time => holiday.start_time, note => holiday.name, booked => add_holidays.booked,
      reason => add_holidays.reason, source_key => holiday.source_key);
  end loop;
end
$$;

comment on function app_public.add_holidays is
'Adds public holidays of a region, such as DE-BE, as absences of all doctors, and returns those that were added. Each '
'is imported once: its source_key is, for example, holiday:DE-BE:2027-01-01, and an absence with this key does not '
'change. `booked` and `reason` are as in add_absence. All or none are added. For managers. Refuses forbidden, '
'clinic_not_found, still_in_use, invalid_argument, text_too_long, text_not_accepted.';

grant execute on function app_public.add_holidays to app_staff;
