create or replace function app_private.remove_batch(records regclass, is_old text, before timestamptz, batch int)
returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  removed int;
begin
  execute format(
    'delete from %1$s where ctid = any (array(select ctid from %1$s where %2$s limit $2 for update skip locked))',
    records, is_old) using before, batch;
  get diagnostics removed = row_count;
  return removed;
end
$$;

comment on function app_private.remove_batch is
'Removes up to `batch` rows of a table for which a condition holds, in which $1 stands for `before`, and returns how '
'many. Rows locked by others are left for the next call. Table and condition become part of the statement, so they '
'must be constants of the caller.';
