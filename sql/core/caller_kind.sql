create or replace function app_private.caller_kind(clinic_id bigint) returns text
language sql stable
-- The order matters: a manager who is an administrator as well acts as staff in the own clinic.
return case
  when caller_kind.clinic_id = any (app_hidden.staff_clinic_ids()) then 'staff'
  when app_hidden.current_customer_id() is not null then 'customer'
  when app_hidden.current_account_id() is not null then 'admin'
  else 'system'
end;

comment on function app_private.caller_kind(bigint) is
'In what quality the caller acts upon a clinic, as events record it: staff, customer, admin, or system (jobs and DBAs).';

revoke all on function app_private.caller_kind(bigint) from public;
