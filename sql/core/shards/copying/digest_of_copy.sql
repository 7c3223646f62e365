create or replace function app_private.digest_of_copy(table_name text, of_clinics bigint[] default null)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp set timezone = 'UTC' set datestyle = 'ISO' set intervalstyle = 'iso_8601' as $$
declare
  columns constant text := app_private.copied_columns(digest_of_copy.table_name);
  digest text;
begin
  execute format(
    $f$select count(*) || ' rows, ' || coalesce(sum(hashtextextended(row(%s)::text, 0)::numeric), 0) from %s$f$,
    columns, app_private.copies_of_clinics(digest_of_copy.table_name, of_clinics))
  into digest using of_clinics;
  return digest;
end
$$;

comment on function app_private.digest_of_copy is
'The number of rows of a table that is copied between databases, and a digest of the copied columns. The original and '
'a complete copy give the same text. With `of_clinics`, only rows of these clinics count. Refuses invalid_argument.';
