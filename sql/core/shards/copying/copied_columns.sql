create or replace function app_private.copied_columns(table_name text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  columns text;
begin
  -- By name: migrations may have added columns in another order elsewhere.
  select string_agg(quote_ident(a.attname), ', ' order by a.attname collate "C") into columns
  from app_private.table_homes th
  join pg_attribute a on a.attrelid = th.table_name::regclass and a.attnum > 0 and not a.attisdropped
    and a.attgenerated = '' and (th.copied_columns = '{*}' or a.attname = any (th.copied_columns))
  where th.table_name = copied_columns.table_name;
  if columns is null then
    perform app_hidden.refuse('invalid_argument', 'This table is not copied.', '{"argument": "tableName"}');
  end if;
  return columns;
end
$$;

comment on function app_private.copied_columns is
'The columns of a table that are copied between databases, as a list for statements. Refuses invalid_argument.';
