create or replace function app_private.put_rows_of_clinic(table_name text, new_rows json) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  execute format(
    'insert into %1$s (%2$s) overriding system value select %2$s from json_populate_recordset(null::%1$s, $1)',
    put_rows_of_clinic.table_name, app_private.columns_of_clinic_table(put_rows_of_clinic.table_name))
  using new_rows;
end
$$;

comment on function app_private.put_rows_of_clinic is
'Inserts rows that rows_of_clinic returned in another database, unchanged. Between begin_arrival and end_arrival, so '
'that no trigger changes them.';
