create or replace function app_private.clinic_column(table_name text) returns text
language sql immutable set search_path = pg_catalog, pg_temp
return case clinic_column.table_name when 'app_public.clinics' then 'id' else 'clinic_id' end;

comment on function app_private.clinic_column is
'The column of a table of clinics that has the id of the clinic.';
