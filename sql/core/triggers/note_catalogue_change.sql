create or replace function app_private.note_catalogue_change() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into app_private.catalogue_changes default values;
  return null;
end
$$;

comment on function app_private.note_catalogue_change is
'Trigger of a statement: records that the catalogue has changed, so that servers do not serve cached answers any more.';
