create or replace function app_private.map_clinic(clinic_id bigint, shard_id int) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  insert into app_private.clinic_shards as cs (clinic_id, shard_id) values (map_clinic.clinic_id, map_clinic.shard_id)
  on conflict on constraint a_clinic_is_in_one_shard do update set shard_id = excluded.shard_id;
end
$$;

comment on function app_private.map_clinic is
'Enters in the map of the global database in which shard a clinic is from now on. A step of a move.';
