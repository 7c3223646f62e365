create or replace function app_private.has_other_databases() returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return app_private.is_shard() or exists (select from app_private.shards);
end
$$;

comment on function app_private.has_other_databases is
'Whether this database is one of an installation with shards.';
