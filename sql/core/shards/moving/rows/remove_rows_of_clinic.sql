create or replace function app_private.remove_rows_of_clinic(
  clinic_id bigint, table_name text, parts int[] default null)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  execute format('delete from %s where %I = $1 and ($2 is null or %s = any ($2))',
    remove_rows_of_clinic.table_name, app_private.clinic_column(remove_rows_of_clinic.table_name),
    app_private.part_of_row(remove_rows_of_clinic.table_name))
  using remove_rows_of_clinic.clinic_id, remove_rows_of_clinic.parts;
end
$$;

comment on function app_private.remove_rows_of_clinic is
'Removes a clinic''s rows, or those in parts (app_private.part_of_row), from a table. Where triggers are off, so that '
'history can be removed, too: a step of begin_arrival and remove_moved_clinic.';
