create or replace function app_private.digests_of_clinic(clinic_id bigint, table_name text, parts bigint[])
returns table (part bigint, digest text)
language plpgsql stable
set search_path = pg_catalog, pg_temp set timezone = 'UTC' set datestyle = 'ISO' set intervalstyle = 'iso_8601'
set bytea_output = 'hex' set extra_float_digits = 1 as $$
begin
  return query execute format(
    $f$select p.part, count(*) || ' rows, ' || sum(hashtextextended(row(%s)::text, 0)::numeric)
    %s group by 1$f$,
    app_private.columns_of_clinic_table(digests_of_clinic.table_name),
    app_private.rows_in_parts(digests_of_clinic.table_name))
  using digests_of_clinic.clinic_id, digests_of_clinic.parts;
end
$$;

comment on function app_private.digests_of_clinic is
'The number of rows and a digest of each of these parts (app_private.part_of_row) of a clinic''s rows in a table. Two '
'databases with the same rows have the same digests. Parts without rows are left out.';
