create or replace function app_hidden.week_minutes(weekday int, start_time time, end_time time) returns int4multirange
language sql immutable parallel safe strict
return (
  -- Monday 00:00 is 0, a week has 10080 minutes. What runs over Sunday midnight goes on at 0.
  select int4multirange(int4range(m.starts, least(m.ends, 10080)))
       + case when m.ends > 10080 then int4multirange(int4range(0, m.ends - 10080)) else '{}'::int4multirange end
  from (
    select s.starts,
      s.starts + 1
        + ((extract(epoch from end_time) - extract(epoch from start_time))::int / 60 + 1440 - 1) % 1440 as ends
    from (select (weekday - 1) * 1440 + extract(epoch from start_time)::int / 60 as starts) s
  ) m
);

comment on function app_hidden.week_minutes is
'The place of a time slot in the week on an ISO weekday (1 is Monday), in minutes since Monday 00:00 local time; may '
'cross midnight, and Sunday midnight.';

grant execute on function app_hidden.week_minutes to app_anonymous;
