create or replace function app_private.wait_after_failures(failures int) returns interval
language sql immutable
-- Four failures are free; then 2, 4, 8 … seconds, at most 15 minutes.
return case when failures > 4 then least(interval '1 second' * 2 ^ least(failures - 4, 10), interval '15 minutes') end;

comment on function app_private.wait_after_failures(int) is
'How long to refuse sign-in after so many failures in a row; null is not at all.';

revoke all on function app_private.wait_after_failures(int) from public;
