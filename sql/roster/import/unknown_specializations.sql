create or replace function app_private.unknown_specializations(names text[]) returns text[]
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
begin
  return array(
    select distinct on (given.name::public.citext) given.name
    from unnest(unknown_specializations.names) given (name)
    -- "Kardiologie" is Cardiology if that has this German name. A second specialization would be found by only some
    -- of the patients.
    where not exists (
      select from app_public.specializations s
      where s.name = given.name::public.citext or exists (
        select from jsonb_each_text(s.names) n where n.value::public.citext = given.name::public.citext))
    order by given.name::public.citext, given.name);
end
$$;

comment on function app_private.unknown_specializations is
'Those of these names that no specialization has, in any language, each once.';
