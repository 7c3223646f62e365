create or replace function app_private.utc_offset_at(at timestamptz, time_zone text) returns int
language sql stable parallel safe strict
return extract(epoch from (at at time zone time_zone) - (at at time zone 'UTC'))::int;

comment on function app_private.utc_offset_at is
'How many seconds the clocks of an IANA zone are ahead of UTC at an instant, by PostgreSQL''s time zone data.';
