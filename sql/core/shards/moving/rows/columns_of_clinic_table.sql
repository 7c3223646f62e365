create or replace function app_private.columns_of_clinic_table(table_name text, only_key boolean default false)
returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- By name: migrations may have added columns in another order elsewhere. Generated columns follow from the others.
  return (
    select string_agg(quote_ident(a.attname), ', ' order by a.attname collate "C")
    from app_private.table_homes th
    join pg_attribute a on a.attrelid = th.table_name::regclass and a.attnum > 0 and not a.attisdropped
      and a.attgenerated = ''
    join pg_index i on i.indrelid = a.attrelid and i.indisprimary
    where th.table_name = columns_of_clinic_table.table_name and th.home = 'clinic'
      and (not only_key or a.attnum = any (i.indkey)));
end
$$;

comment on function app_private.columns_of_clinic_table is
'The columns of a table of clinics, or those of its primary key, without generated ones, as a list for statements. '
'Null for other tables.';
