create or replace function app_private.remove_copies(table_name text, of_clinics bigint[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform app_private.copied_columns(remove_copies.table_name);
  execute 'delete from ' || app_private.copies_of_clinics(remove_copies.table_name, of_clinics) using of_clinics;
end
$$;

comment on function app_private.remove_copies is
'Removes the copies in a table, or, with `of_clinics`, only those of these clinics, before put_rows_of_copy. Call it '
'while session_replication_role is replica, as it is for replication. Refuses invalid_argument.';
