create or replace function app_private.rotate_link_key() returns int
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  key_id int;
begin
  insert into app_private.link_keys default values returning id into key_id;
  return key_id;
end
$$;

comment on function app_private.rotate_link_key is
'Makes a new key for the tokens of links and returns its id. From now on links are made with it. Links that were made '
'with earlier keys stay valid until a DBA deletes these keys: delete from app_private.link_keys where created_at < …';
