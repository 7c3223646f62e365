create or replace function app_private.copies_of_clinics(table_name text, of_clinics bigint[]) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return copies_of_clinics.table_name || case when of_clinics is not null
    then format(' where %I = any ($1)', app_private.clinic_column(copies_of_clinics.table_name)) else '' end;
end
$$;

comment on function app_private.copies_of_clinics is
'The text of a from clause for the copies in a table: for all rows, or, with `of_clinics`, for the rows of the '
'clinics in parameter 1.';
