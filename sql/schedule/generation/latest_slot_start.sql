create or replace function app_private.latest_slot_start() returns timestamptz
language sql stable parallel safe
-- In UTC, so that it is the same whatever the session's TimeZone.
return (now() at time zone 'UTC' + interval '3 years') at time zone 'UTC';

comment on function app_private.latest_slot_start is
'The latest instant at which a new booking slot may start: three years from now. That is more than the longest '
'horizon of a policy (800 days), so no clinic needs later slots; a later one has a mistyped year.';
