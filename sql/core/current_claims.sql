-- What a request may rely on about its caller. Written by app_private.begin_request with real SET LOCAL, read by policies and functions.
-- These read settings only, never a table: policies stay free of subqueries, fast, and valid on every shard.
-- A setting that was never made reads as '' or null; both mean "nobody" and "no clinic".

create or replace function app_hidden.current_account_id() returns bigint
language sql stable parallel safe
return nullif(current_setting('medislot.account_id', true), '')::bigint;

create or replace function app_hidden.current_session_id() returns uuid
language sql stable parallel safe
return nullif(current_setting('medislot.session_id', true), '')::uuid;

create or replace function app_hidden.current_customer_id() returns bigint
language sql stable parallel safe
return nullif(current_setting('medislot.customer_id', true), '')::bigint;

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

comment on function app_hidden.current_account_id() is 'The account that signed in, or null.';
comment on function app_hidden.current_session_id() is 'The session the caller''s token belongs to, or null (also null for tokens of an external issuer).';
comment on function app_hidden.current_customer_id() is 'The customer the caller is, or null.';
comment on function app_hidden.staff_clinic_ids() is 'The clinics the caller works for in any role.';
comment on function app_hidden.desk_clinic_ids() is 'The clinics whose desk the caller may run: as receptionist or manager.';
comment on function app_hidden.manager_clinic_ids() is 'The clinics the caller manages.';
comment on function app_hidden.own_doctor_ids() is 'The doctors the caller is, in the clinics where the caller works as one.';

revoke all on function
  app_hidden.current_account_id(), app_hidden.current_session_id(), app_hidden.current_customer_id(),
  app_hidden.staff_clinic_ids(), app_hidden.desk_clinic_ids(), app_hidden.manager_clinic_ids(), app_hidden.own_doctor_ids()
  from public;
grant execute on function
  app_hidden.current_account_id(), app_hidden.current_session_id(), app_hidden.current_customer_id(),
  app_hidden.staff_clinic_ids(), app_hidden.desk_clinic_ids(), app_hidden.manager_clinic_ids(), app_hidden.own_doctor_ids()
  to app_anonymous, app_authenticator;
