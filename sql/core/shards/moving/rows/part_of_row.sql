create or replace function app_private.part_of_row(table_name text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return format('(hashtextextended(row(%s)::text, 0) & 1023)::int',
    app_private.columns_of_clinic_table(part_of_row.table_name, only_key => true));
end
$$;

comment on function app_private.part_of_row is
'An expression for the part, 0 to 1023, to which a row of a clinic''s table belongs. Parts are compared and copied as '
'a whole.';
