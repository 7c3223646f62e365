create or replace function app_private.count_failure(account_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  update app_private.accounts a
  set failed_sign_ins = a.failed_sign_ins + 1, locked_until = now() + app_private.wait_after_failures(a.failed_sign_ins + 1)
  where a.id = count_failure.account_id;
end
$$;

comment on function app_private.count_failure(bigint) is
'Counts a wrong password against an account, and makes the next attempt wait as wait_after_failures says.';

revoke all on function app_private.count_failure(bigint) from public;
