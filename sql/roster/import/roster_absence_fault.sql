create or replace function app_private.roster_absence_fault(
  first_date date, last_date date, start_time time, end_time time, time_zone text, out "column" text, out reason text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  refusal jsonb;
begin
  if first_date is null or last_date is null or not app_private.is_time_zone(time_zone) then
    return;
  end if;
  perform app_private.absence_range(first_date, last_date, start_time, end_time, time_zone);
exception when sqlstate 'MS005' then
  -- invalid_argument: the rules are those of add_absence, in its words.
  get stacked diagnostics refusal = pg_exception_detail, reason = message_text;
  "column" := case refusal ->> 'argument' when 'firstDate' then 'first day' when 'lastDate' then 'last day'
    else 'until' end;
end
$$;

comment on function app_private.roster_absence_fault is
'What is wrong with the dates and times of an absence in a roster, by the rules of absence_range, and in which column; '
'null if nothing is, or if a date or the zone could not be read.';
