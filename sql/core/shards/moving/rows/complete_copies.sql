create or replace function app_private.complete_copies(table_name text, new_rows json) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  columns constant text[] := app_private.columns_not_copied(complete_copies.table_name);
begin
  perform set_config('session_replication_role', 'replica', true);
  -- Replication may update the other columns at the same time; neither overwrites the columns of the other.
  execute format(
    'update %1$s t set %2$s from json_populate_recordset(null::%1$s, $1) r
    where t.clinic_id = r.clinic_id and t.%3$I = r.%3$I and (%4$s)', complete_copies.table_name,
    (select string_agg(format('%1$I = r.%1$I', c.name), ', ') from unnest(columns) c (name)),
    app_private.id_in_clinic(complete_copies.table_name),
    (select string_agg(format('t.%1$I is distinct from r.%1$I', c.name), ' or ') from unnest(columns) c (name)))
  using new_rows;
  perform set_config('session_replication_role', 'origin', true);
end
$$;

comment on function app_private.complete_copies is
'Adds to copies in the global database the columns that they lack, from rows that rows_of_clinic returned in a shard. '
'The first step of a move to the global database, in many short transactions, while the clinic is still in the shard.';
