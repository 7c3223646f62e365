create or replace function app_private.wait_after_failures(failures int) returns interval
language sql immutable
-- Four failures are free, then the wait is 2, 4, 8 … seconds and at most 15 minutes.
return case when failures > 4 then least(interval '1 second' * 2 ^ least(failures - 4, 10), interval '15 minutes') end;

comment on function app_private.wait_after_failures is
'How long sign-in is refused after this many consecutive failures. Null means not at all.';
