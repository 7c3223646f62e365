create or replace function app_private.rows_of_copy(table_name text, of_clinics bigint[]) returns setof text
language plpgsql stable
set search_path = pg_catalog, pg_temp set timezone = 'UTC' set datestyle = 'ISO' set intervalstyle = 'iso_8601'
set bytea_output = 'hex' set extra_float_digits = 1 as $$
declare
  columns constant text := app_private.copied_columns(rows_of_copy.table_name);
begin
  return query execute format('select row_to_json(r)::text from (select %s from %s) r',
    columns, app_private.copies_of_clinics(rows_of_copy.table_name, of_clinics))
  using of_clinics;
end
$$;

comment on function app_private.rows_of_copy is
'The rows of a table, each as JSON with the columns that are copied, for put_rows_of_copy in another database. With '
'`of_clinics`, only rows of these clinics. Refuses invalid_argument.';
