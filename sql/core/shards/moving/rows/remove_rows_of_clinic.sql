create or replace function app_private.remove_rows_of_clinic(
  clinic_id bigint, table_name text, parts bigint[] default null)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  execute case
    when remove_rows_of_clinic.parts is null then format('delete from %s t where t.%I = $1',
      remove_rows_of_clinic.table_name, app_private.clinic_column(remove_rows_of_clinic.table_name))
    else format('delete from %s d using (select t.ctid %s) r where d.ctid = r.ctid',
      remove_rows_of_clinic.table_name, app_private.rows_in_parts(remove_rows_of_clinic.table_name)) end
  using remove_rows_of_clinic.clinic_id, remove_rows_of_clinic.parts;
end
$$;

comment on function app_private.remove_rows_of_clinic is
'Removes a clinic''s rows, or those in parts (app_private.part_of_row), from a table. Call it while triggers are off, '
'so that history can be removed, too. A step of begin_arrival and remove_moved_clinic.';
