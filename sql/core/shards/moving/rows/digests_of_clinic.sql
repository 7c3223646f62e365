create or replace function app_private.digests_of_clinic(clinic_id bigint, table_name text)
returns table (part int, digest text)
language plpgsql stable
set search_path = pg_catalog, pg_temp set timezone = 'UTC' set datestyle = 'ISO' set intervalstyle = 'iso_8601'
set bytea_output = 'hex' set extra_float_digits = 1 as $$
begin
  return query execute format(
    $f$select %s, count(*) || ' rows, ' || sum(hashtextextended(row(%s)::text, 0)::numeric)
    from %s where %I = $1 group by 1$f$,
    app_private.part_of_row(digests_of_clinic.table_name),
    app_private.columns_of_clinic_table(digests_of_clinic.table_name), digests_of_clinic.table_name,
    app_private.clinic_column(digests_of_clinic.table_name))
  using digests_of_clinic.clinic_id;
end
$$;

comment on function app_private.digests_of_clinic is
'The number of rows and a digest of each part (app_private.part_of_row) of a clinic''s rows in a table: the same in '
'two databases that have the same rows. Parts without rows are left out.';
