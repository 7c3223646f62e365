create or replace function app_private.changes_of_clinic(clinic_id bigint, table_name text, since xid default null)
returns table (part bigint, row_count bigint, is_changed boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- Rows that were written before the transaction ids wrapped around may seem to be changed.
  return query execute format(
    'select %s, count(*), coalesce(bool_or(age(t.xmin) between 0 and age($2)), false)
    from %s t where t.%I = $1 group by 1',
    app_private.part_of_row(changes_of_clinic.table_name), changes_of_clinic.table_name,
    app_private.clinic_column(changes_of_clinic.table_name))
  using changes_of_clinic.clinic_id, changes_of_clinic.since;
end
$$;

comment on function app_private.changes_of_clinic is
'The number of rows in each part (app_private.part_of_row) of a clinic''s rows in a table, and whether one of them '
'was inserted or updated by the transaction `since` or a later one; deleted rows are seen by the number. It reads no '
'values, so it is much faster than digests_of_clinic. Parts without rows are left out.';
