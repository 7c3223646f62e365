create or replace function app_private.dates_of_plan(
  first_date date, every_weeks int, weekdays int[], visits int, until_date date)
returns date[]
language plpgsql immutable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  monday date;
  dates date[];
  wrong text := case
    when first_date is null then 'firstDate'
    when every_weeks is null or every_weeks not between 1 and 52 then 'everyWeeks'
    when cardinality(weekdays) = 0 or not weekdays <@ '{1,2,3,4,5,6,7}' then 'weekdays'
    when num_nonnulls(visits, until_date) <> 1 or visits not between 1 and 52 then 'visits'
    when until_date < first_date or until_date > first_date + 1096 then 'untilDate' end;
begin
  if wrong is null then
    monday := first_date - (extract(isodow from first_date)::int - 1);
    select array_agg(d.day order by d.day) into dates
    from (
      select distinct monday + 7 * every_weeks * week + weekday - 1 as day
      from generate_series(0, 157) week
      cross join unnest(coalesce(weekdays, array[extract(isodow from first_date)::int])) weekday
    ) d
    where d.day >= first_date and (until_date is null or d.day <= until_date);
    dates := dates[:coalesce(visits, 53)];
    if cardinality(dates) > 52 then
      wrong := 'untilDate';
    end if;
  end if;
  if wrong is not null then
    perform app_hidden.refuse('invalid_argument',
      'A series has a first date, a number of visits or a last date, and at most 52 visits within three years.',
      jsonb_build_object('argument', wrong));
  end if;
  return coalesce(dates, '{}');
end
$$;

comment on function app_private.dates_of_plan is
'The dates of a series: from `first_date` on, in each `every_weeks`th week, on these weekdays (1 is Monday; by default '
'that of the first date), either as many as `visits` says or until a date. Refuses invalid_argument, also for more '
'than 52.';
