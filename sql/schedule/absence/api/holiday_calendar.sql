create or replace function app_public.holiday_calendar(clinic_id bigint) returns app_public.holiday_calendar
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform app_private.require_clinic_role(holiday_calendar.clinic_id, 'manage');
  return (select row(c.id, c.country)::app_public.holiday_calendar from app_public.clinics c
    where c.id = holiday_calendar.clinic_id);
end
$$;

comment on function app_public.holiday_calendar is
'The calendar of public holidays for a clinic. In GraphQL its fields `regions` and `holidays` propose what '
'add_holidays can add. For managers. Refuses forbidden.';

grant execute on function app_public.holiday_calendar to app_staff;
