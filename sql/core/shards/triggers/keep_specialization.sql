create or replace function app_private.keep_specialization() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform app_hidden.refuse('specialization_kept',
    'Specializations are not deleted while clinics are in several databases. Rename it instead.');
  return null;
end
$$;

comment on function app_private.keep_specialization is
'Trigger on specializations in the global database of an installation with shards: refuses (specialization_kept) to '
'delete one. A row that refers to it may have been committed in a shard, but not have been copied yet, and replication '
'checks no foreign keys. Created by app_private.become_global.';
