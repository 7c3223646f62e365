create or replace function app_private.put_rows_of_copy(table_name text, new_rows json) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  execute format(
    'insert into %1$s (%2$s) overriding system value select %2$s from json_populate_recordset(null::%1$s, $1)',
    put_rows_of_copy.table_name, app_private.copied_columns(put_rows_of_copy.table_name))
  using new_rows;
end
$$;

comment on function app_private.put_rows_of_copy is
'Inserts copies of rows that rows_of_copy returned in another database. Call it while session_replication_role is '
'replica, as it is for replication. Refuses invalid_argument.';
