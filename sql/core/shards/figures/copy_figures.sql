create or replace function app_private.copy_figures()
returns table (
  shard_id int, copies text,
  written double precision, confirmed double precision, log_bytes double precision, log_left_bytes double precision,
  is_running boolean, errors bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  own_shard constant int := (select i.shard_id from app_private.installation i);
begin
  return query
    with directions as (
      select s.id as shard_id, p.copies, (p.copies = 'people') = (own_shard is null) as is_publisher,
        format('medislot_%s_%s', p.copies, s.id) as name
      from (select sh.id from app_private.shards sh where sh.state = 'active' union all
            select own_shard where own_shard is not null) s
      cross join (values ('people'), ('clinics')) p (copies)
    )
    select d.shard_id, d.copies,
      case when d.is_publisher then pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::double precision end,
      pg_wal_lsn_diff(sl.confirmed_flush_lsn, '0/0')::double precision,
      case when d.is_publisher
        then coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), sl.restart_lsn), 0)::double precision end,
      case
        when not d.is_publisher then null
        -- Not greatest(), which would return 0 when there is no limit.
        when sl.slot_name is null or sl.wal_status = 'lost' or sl.safe_wal_size < 0 then 0
        else coalesce(sl.safe_wal_size::double precision, 'infinity')
      end,
      case when not d.is_publisher then exists (
        select from pg_stat_subscription st where st.subid = su.oid and st.relid is null and st.pid is not null) end,
      case when not d.is_publisher then coalesce(
        (select ss.apply_error_count + ss.sync_error_count from pg_stat_subscription_stats ss where ss.subid = su.oid),
        0) end
    from directions d
    left join pg_replication_slots sl on d.is_publisher and sl.slot_name = d.name
    left join pg_subscription su on not d.is_publisher and su.subname = d.name
      and su.subdbid = (select db.oid from pg_database db where db.datname = current_database())
    order by 1, 2;
end
$$;

comment on function app_private.copy_figures is
'For /metrics, in an installation with shards: a row for the copies of people and of clinics of each shard. For what '
'this database publishes, the row has the positions in the log (in bytes) that were written and that the subscriber '
'has confirmed, the size of the log that is kept for the subscriber, and how much more is kept until '
'max_slot_wal_keep_size is reached. For what it subscribes to, the row says whether PostgreSQL is applying changes, '
'and counts errors.';

grant execute on function app_private.copy_figures to app_authenticator;
