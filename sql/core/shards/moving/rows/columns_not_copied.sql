create or replace function app_private.columns_not_copied(table_name text) returns text[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return array(
    select a.attname::text from app_private.table_homes th
    join pg_attribute a on a.attrelid = th.table_name::regclass and a.attnum > 0 and not a.attisdropped
      and a.attgenerated = '' and a.attname <> all (th.copied_columns)
    where th.table_name = columns_not_copied.table_name and th.copied_columns <> '{*}'
    order by a.attname);
end
$$;

comment on function app_private.columns_not_copied is
'The columns that copies of a table lack, without generated ones. Empty for tables that are copied as a whole or not '
'at all.';
