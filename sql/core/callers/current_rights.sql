create or replace function app_private.current_rights() returns text[]
language sql stable set search_path = pg_catalog, pg_temp
return array(
  select 'admin' where app_private.caller_is_operator()
  union all
  select 'customer ' || id from unnest(app_hidden.current_customer_ids()) id
  union all
  select 'staff ' || id from unnest(app_hidden.staff_clinic_ids()) id
  union all
  select 'desk ' || id from unnest(app_hidden.desk_clinic_ids()) id
  union all
  select 'manage ' || id from unnest(app_hidden.manager_clinic_ids()) id
  union all
  select 'doctor ' || id from unnest(app_hidden.own_doctor_ids()) id
);

comment on function app_private.current_rights is
'The caller''s rights, one per element: admin, customer <id>, staff, desk and manage <clinic id>, doctor <id>. Used '
'to compare the rights that the caller has now with those the caller had before.';
