create or replace function app_private.catalogue_state() returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Not the highest id: a transaction may commit after another one with higher ids.
  return (
    select i.id || coalesce('/' || i.shard_id, '') || ':' || (
      select count(*) || '.' || coalesce(sum(cc.id), 0) from app_private.catalogue_changes cc)
    from app_private.installation i);
end
$$;

comment on function app_private.catalogue_state is
'A text that differs after each committed change of the catalogue: the id of the installation, the number of the '
'shard if it is one, the number of rows in app_private.catalogue_changes, and the sum of their ids. Says nothing '
'about what has changed.';

grant execute on function app_private.catalogue_state to app_authenticator;
