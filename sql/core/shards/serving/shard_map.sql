create or replace function app_private.shard_map()
returns table (shard_id int, address text, moved_clinic_ids bigint[])
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return query select s.id, s.address,
    array(select cs.clinic_id from app_private.clinic_shards cs
          where cs.shard_id = s.id and cs.clinic_id / 1000000000000 <> cs.shard_id order by cs.clinic_id)
  from app_private.shards s
  where s.state = 'active'
  union all
  select 0, null, array_agg(rc.clinic_id order by rc.clinic_id) from app_private.returned_clinics rc having count(*) > 0
  order by 1;
end
$$;

comment on function app_private.shard_map is
'The map as servers need it: the active shards with their addresses, each with the clinics that are there although '
'their id has the number of another database. Such clinics of the global database are in a row with the number 0 and '
'no address. All other clinics are in the database with the number id / 10^12. Without shards it returns no rows.';

grant execute on function app_private.shard_map to app_authenticator;
