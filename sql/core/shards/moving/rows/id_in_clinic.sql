create or replace function app_private.id_in_clinic(table_name text) returns name
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select a.attname from pg_index i
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[i.indnkeyatts - 1]
    where i.indrelid = id_in_clinic.table_name::regclass and i.indisprimary and a.atttypid = 'bigint'::regtype);
end
$$;

comment on function app_private.id_in_clinic is
'The last column of a table''s primary key, if it is an id or another number; otherwise null.';
