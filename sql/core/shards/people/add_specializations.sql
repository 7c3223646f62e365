create or replace function app_private.add_specializations(asked jsonb) returns jsonb
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  unknown constant text[] := app_private.unknown_specializations(
    array(select jsonb_array_elements_text(asked -> 'names')));
begin
  insert into app_public.specializations (name) select n.name::public.citext from unnest(unknown) n (name)
  on conflict on constraint specializations_are_unique_by_name do nothing;
  return jsonb_build_object('names', asked -> 'names');
end
$$;

comment on function app_private.add_specializations is
'A task of record_for_clinic: adds the specializations of a roster, imported into a shard, that the installation did '
'not have yet. Returns their names.';
