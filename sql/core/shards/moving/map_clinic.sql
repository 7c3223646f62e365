create or replace function app_private.map_clinic(clinic_id bigint, shard_id int) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  delete from app_private.returned_clinics rc where rc.clinic_id = map_clinic.clinic_id;
  if map_clinic.shard_id <> 0 then
    insert into app_private.clinic_shards as cs (clinic_id, shard_id) values (map_clinic.clinic_id, map_clinic.shard_id)
    on conflict on constraint a_clinic_is_in_one_shard do update set shard_id = excluded.shard_id;
    return;
  end if;
  delete from app_private.clinic_shards cs where cs.clinic_id = map_clinic.clinic_id;
  if map_clinic.clinic_id >= 1000000000000 then
    insert into app_private.returned_clinics (clinic_id) values (map_clinic.clinic_id);
  end if;
end
$$;

comment on function app_private.map_clinic is
'Records in the map, in the global database, that a clinic is in this shard from now on, or in the global database '
'(0). A step of a move.';
