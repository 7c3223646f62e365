create or replace function app_private.calendar_window() returns tstzrange
language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return tstzrange(
    date_trunc('year', now()), date_trunc('month', now() + interval '400 days') + interval '1 month', '[)');
end
$$;

comment on function app_private.calendar_window is
'The range of time whose events are imported from external calendars: until the end of the month that is 400 days '
'ahead. Its ends change rarely, so that the absence of an event that reaches beyond an end need not change each day.';
