create or replace function app_private.part_of_row(table_name text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  id constant text := app_private.id_in_clinic(part_of_row.table_name);
begin
  -- Rows that are added have successive ids, so few parts change.
  return case when id is not null then format('t.%I / 64', id)
    else format('hashtextextended(row(%s)::text, 0) & 1023',
      app_private.columns_of_clinic_table(part_of_row.table_name, only_key => true)) end;
end
$$;

comment on function app_private.part_of_row is
'An expression for the part to which a row t of a clinic''s table belongs: rows with 64 successive ids, or, where the '
'key does not end with an id, one of 1024 by its hash. Parts are compared and copied as a whole.';
