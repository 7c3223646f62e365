create or replace function app_private.map_copied_clinic() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- A clinic that was moved keeps its id; its row in the map says where it is.
  insert into app_private.clinic_shards (clinic_id, shard_id) values (NEW.id, NEW.id / 1000000000000)
  on conflict (clinic_id) do nothing;
  return null;
end
$$;

comment on function app_private.map_copied_clinic is
'Trigger on clinics in the global database, fired by replication only: records in which shard a new clinic is, which '
'follows from its id. Created by app_private.become_global.';
