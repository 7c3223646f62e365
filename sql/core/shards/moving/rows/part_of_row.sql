create or replace function app_private.part_of_row(table_name text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select case
      -- Rows that are added have successive ids, so few parts change. Ids of other databases differ by 10^12.
      when a.atttypid = 'bigint'::regtype then format('((%I / 64) & 2147483647)::int', a.attname)
      else format('(hashtextextended(row(%s)::text, 0) & 1023)::int',
        app_private.columns_of_clinic_table(part_of_row.table_name, only_key => true))
    end
    from pg_index i
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[i.indnkeyatts - 1]
    where i.indrelid = part_of_row.table_name::regclass and i.indisprimary);
end
$$;

comment on function app_private.part_of_row is
'An expression for the part to which a row of a clinic''s table belongs: rows with 64 successive ids, or, where the '
'key does not end with an id, one of 1024 by its hash. Parts are compared and copied as a whole.';
