create or replace function app_private.rows_in_parts(table_name text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  clinic constant name := app_private.clinic_column(rows_in_parts.table_name);
  id constant name := app_private.id_in_clinic(rows_in_parts.table_name);
begin
  if id is null then
    return format('from %s t cross join lateral (select %s) p (part) where t.%I = $1 and p.part = any ($2)',
      rows_in_parts.table_name, app_private.part_of_row(rows_in_parts.table_name), clinic);
  end if;
  -- One part after another by the index of the primary key, even if the statistics of a table that was just filled
  -- suggest another plan.
  return format(
    'from unnest($2) p (part) cross join lateral (select t.ctid, t.* from %s t '
    'where t.%I = $1 and t.%3$I >= p.part * 64 and t.%3$I < p.part * 64 + 64 offset 0) t',
    rows_in_parts.table_name, clinic, id);
end
$$;

comment on function app_private.rows_in_parts is
'A from clause for the rows t of clinic $1 that are in the parts p.part (app_private.part_of_row) $2 of a table.';
