-- The claims of the current request. app_private.begin_request sets them for a transaction; policies and functions read
-- them. These functions read settings and never a table, so that policies are fast and work on every shard. A setting
-- that is not set reads as '' or null; both mean "no account" or "no clinic".
--
-- Where several policies for select apply to staff, those of staff call them in a subquery. PostgreSQL evaluates it
-- once for a statement, and a call without a subquery once for each row, because the policies are combined with OR. A
-- single policy needs none: it becomes a condition of the index.

create or replace function app_hidden.current_account_id() returns bigint
language sql stable parallel safe
return nullif(current_setting('medislot.account_id', true), '')::bigint;

create or replace function app_hidden.current_session_id() returns uuid
language sql stable parallel safe
return nullif(current_setting('medislot.session_id', true), '')::uuid;

create or replace function app_hidden.current_customer_id() returns bigint
language sql stable parallel safe
return nullif(current_setting('medislot.customer_id', true), '')::bigint;

-- The cast stands inside coalesce: a caller without customers, such as staff, gets the constant without parsing a text
-- for each row.
create or replace function app_hidden.current_customer_ids() returns bigint[]
language sql stable parallel safe
return coalesce(nullif(current_setting('medislot.customer_ids', true), '')::bigint[], '{}'::bigint[]);

create or replace function app_hidden.staff_clinic_ids() returns bigint[]
language sql stable parallel safe
return coalesce(nullif(current_setting('medislot.staff_clinic_ids', true), ''), '{}')::bigint[];

create or replace function app_hidden.desk_clinic_ids() returns bigint[]
language sql stable parallel safe
return coalesce(nullif(current_setting('medislot.desk_clinic_ids', true), ''), '{}')::bigint[];

create or replace function app_hidden.manager_clinic_ids() returns bigint[]
language sql stable parallel safe
return coalesce(nullif(current_setting('medislot.manager_clinic_ids', true), ''), '{}')::bigint[];

create or replace function app_hidden.own_doctor_ids() returns bigint[]
language sql stable parallel safe
return coalesce(nullif(current_setting('medislot.own_doctor_ids', true), ''), '{}')::bigint[];

create or replace function app_hidden.caller_is_unconfirmed() returns boolean
language sql stable parallel safe
return coalesce(current_setting('medislot.unconfirmed', true), '') = 'true';

comment on function app_hidden.current_account_id is 'The account that is signed in, or null.';
comment on function app_hidden.current_session_id is
'The session of the caller''s token, or null. Tokens of an external issuer have no session.';
comment on function app_hidden.current_customer_id is
'The customer that the caller is, or null. Functions use it when no customer is named.';
comment on function app_hidden.current_customer_ids is
'All customers for whom the caller acts: the caller, records that were merged into the caller''s, and dependants. '
'Policies compare rows with this set.';
comment on function app_hidden.staff_clinic_ids is 'The clinics that the caller works for, in any role.';
comment on function app_hidden.desk_clinic_ids is
'The clinics where the caller is a receptionist or a manager and so may work at the desk.';
comment on function app_hidden.manager_clinic_ids is 'The clinics that the caller manages.';
comment on function app_hidden.own_doctor_ids is
'The doctors that the caller is, in the clinics where the caller works as a doctor.';
comment on function app_hidden.caller_is_unconfirmed is
'Whether the caller is signed in to an account whose e-mail address nobody has proved to be theirs.';

grant execute on function
  app_hidden.current_account_id(), app_hidden.current_session_id(), app_hidden.current_customer_id(),
  app_hidden.current_customer_ids(), app_hidden.staff_clinic_ids(), app_hidden.desk_clinic_ids(),
  app_hidden.manager_clinic_ids(), app_hidden.own_doctor_ids(),
  app_hidden.caller_is_unconfirmed()
  to app_anonymous, app_authenticator;
