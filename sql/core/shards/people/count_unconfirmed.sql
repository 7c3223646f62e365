create or replace function app_private.count_unconfirmed(asked jsonb) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  ids constant bigint[] := array(select jsonb_array_elements_text(asked -> 'customerIds'))::bigint[];
  shard constant int := (asked ->> 'shardId')::int;
begin
  return jsonb_build_object(
    'live', (
      select count(*) from app_public.bookings b
      where b.customer_id = any (ids) and b.status in ('booked', 'checked_in') and b.ends_at > now()
        and not exists (
          select from app_private.clinic_shards cs where cs.clinic_id = b.clinic_id and cs.shard_id = shard)),
    'held', (
      select count(distinct (bs.clinic_id, bs.held_until)) from app_public.booking_slots bs
      where bs.customer_id = any (ids) and bs.status = 'held' and bs.held_until > now()
        and not exists (
          select from app_private.clinic_shards cs where cs.clinic_id = bs.clinic_id and cs.shard_id = shard)));
end
$$;

comment on function app_private.count_unconfirmed is
'A task of record_for_clinic: how many live visits and holds these customers have outside of a shard, according to '
'the copies in the global database. For app_private.assert_unconfirmed_below_limit in that shard.';
