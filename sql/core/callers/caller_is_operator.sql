create or replace function app_private.caller_is_operator() returns boolean
language sql stable
-- Inside a SECURITY DEFINER function current_user is the function's owner. The real caller is the role that was SET or,
-- without one, the session's user. Roles with the owner's rights (a DBA in psql, the worker) may do everything.
-- app_admin is the operator's role in the API.
-- A caller who acts as the holder of a patient's link has that patient's rights only.
return current_setting('medislot.by_link', true) is distinct from 'on' and (
  pg_has_role(coalesce(nullif(current_setting('role', true), 'none'), session_user)::name,
              (select nspowner from pg_namespace where nspname = 'app_private'), 'usage')
  or coalesce(nullif(current_setting('role', true), 'none'), session_user) = 'app_admin');

comment on function app_private.caller_is_operator is
'Whether the caller is an operator of the installation: a role with the rights of the database''s owner (psql, jobs) '
'or an administrator who signed in through the API.';
