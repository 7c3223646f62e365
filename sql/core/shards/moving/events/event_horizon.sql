create or replace function app_private.event_horizon() returns xid8
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  snapshot constant pg_snapshot := pg_current_snapshot();
begin
  if not app_private.has_other_databases() then
    return pg_snapshot_xmin(snapshot);
  end if;
  return coalesce((
    select x.id from pg_snapshot_xip(snapshot) x (id)
    where not exists (
      select from pg_locks moving
      join pg_locks own on own.pid = moving.pid and own.locktype = 'transactionid' and own.granted
      where moving.locktype = 'advisory' and moving.granted
        and moving.database = (select d.oid from pg_database d where d.datname = current_database())
        and moving.objsubid = 1
        and (moving.classid::bigint << 32) + moving.objid::bigint = hashtext('medislot moving rows')
        and own.transactionid = x.id::xid)
    order by x.id limit 1), pg_snapshot_xmax(snapshot));
end
$$;

comment on function app_private.event_horizon is
'The oldest running transaction that may have written events: events of earlier transactions can be published and '
'sealed. The transaction that copies the rows of a moving clinic does not count (app_private.wait_for_moving_rows).';
