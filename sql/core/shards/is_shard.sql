create or replace function app_private.is_shard() returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return exists (select from app_private.installation i where i.shard_id is not null);
end
$$;

comment on function app_private.is_shard is
'Whether this database is a shard, which has copies of people. For jobs.';
