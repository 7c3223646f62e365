create or replace function app_private.caller_is_operator() returns boolean
language sql stable
-- Inside a SECURITY DEFINER function current_user is the owner, so who really calls is the role that was SET, or else who logged in.
-- Whoever has the owner's rights (a DBA in psql, the worker) may do everything; app_admin is the operator who comes through the API.
return
  pg_has_role(coalesce(nullif(current_setting('role', true), 'none'), session_user)::name,
              (select nspowner from pg_namespace where nspname = 'app_private'), 'usage')
  or coalesce(nullif(current_setting('role', true), 'none'), session_user) = 'app_admin';

comment on function app_private.caller_is_operator() is
'Whether the caller is above the clinics: the database''s owner (psql, jobs) or an administrator signed in through the API.';

revoke all on function app_private.caller_is_operator() from public;
