create or replace function app_private.rows_of_clinic(clinic_id bigint, table_name text, parts bigint[])
returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp set timezone = 'UTC' set datestyle = 'ISO' set intervalstyle = 'iso_8601'
set bytea_output = 'hex' set extra_float_digits = 1 as $$
begin
  return query execute format(
    'select row_to_json(r)::text from (select %s %s) r',
    app_private.columns_of_clinic_table(rows_of_clinic.table_name),
    app_private.rows_in_parts(rows_of_clinic.table_name))
  using rows_of_clinic.clinic_id, rows_of_clinic.parts;
end
$$;

comment on function app_private.rows_of_clinic is
'A clinic''s rows in parts (app_private.part_of_row) of a table, each as JSON, for put_rows_of_clinic.';
