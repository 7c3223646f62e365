create or replace function app_private.caller_kind(clinic_id bigint) returns text
language sql stable
-- The order matters: a manager who is also an administrator acts as staff in their own clinic.
return case
  when caller_kind.clinic_id = any (app_hidden.staff_clinic_ids()) then 'staff'
  when app_hidden.current_customer_id() is not null then 'customer'
  when app_hidden.current_account_id() is not null then 'admin'
  else 'system'
end;

comment on function app_private.caller_kind is
'The kind of caller that acts on a clinic''s data, as events record it: staff, customer, admin, or system (jobs and '
'DBAs).';
