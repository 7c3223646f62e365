create or replace function app_public.find_clinics(wanted text, among bigint[] default null, page_size int default 20)
returns setof app_public.clinics
-- SECURITY DEFINER, as for find_clinic_customers: LIKE is not leakproof. All columns of active clinics are public.
language plpgsql stable security definer
set plan_cache_mode = force_custom_plan set jit = off
set search_path = pg_catalog, public, pg_temp as $$
declare
  stage record;
  found app_public.clinics;
  seen bigint[] := '{}';
  sees_all boolean := app_private.caller_is_operator();
begin
  perform app_hidden.require_search(find_clinics.wanted, find_clinics.page_size);
  if btrim(find_clinics.wanted) = '' then
    return query
      select c.* from app_public.clinics c
      where (c.is_active or sees_all or c.id = any (app_hidden.staff_clinic_ids()))
        and (find_clinics.among is null or c.id = any (find_clinics.among))
      order by c.name, c.id limit find_clinics.page_size;
    return;
  end if;
  for stage in select * from app_hidden.search_stages(find_clinics.wanted) loop
    -- Misspellings have many patterns, so they are tried only if nothing else was found.
    exit when stage.is_misspelt and seen <> '{}';
    for found in
      select c.* from (
        select clinic.name, clinic.id, bool_or(clinic.is_whole) as is_whole
        from unnest(stage.some_of) pattern, lateral (
          select c.name, c.id, c.search_key like left(pattern, -1) || ' %' as is_whole
          from app_public.clinics c
          where (c.is_active or sees_all or c.id = any (app_hidden.staff_clinic_ids()))
            and (find_clinics.among is null or c.id = any (find_clinics.among))
            and c.search_key like pattern
            and c.search_key like coalesce(stage.all_of[1], pattern)
            and c.search_key like coalesce(stage.all_of[2], pattern)
            and c.search_key like all (stage.all_of) and c.id <> all (seen)
          limit 1000) clinic
        group by clinic.name, clinic.id
        order by is_whole desc, clinic.name, clinic.id limit find_clinics.page_size - cardinality(seen)) best
      join app_public.clinics c on c.id = best.id
      order by best.is_whole desc, best.name, best.id
    loop
      seen := seen || found.id;
      return next found;
    end loop;
    exit when cardinality(seen) = find_clinics.page_size;
  end loop;
end
$$;

comment on function app_public.find_clinics is
'Clinics by name, up to `page_size` (1 to 100); with `among`, only those with these ids. A clinic is found if its '
'name has a word for each word of `wanted`, whatever accents and umlauts are used: first whole words, then beginnings '
'of words, and if there are none, words of five or more letters with one typing error. Equally good matches are '
'ordered by name. An empty `wanted` returns the first clinics by name. Open to everybody; staff and administrators '
'also find their inactive clinics. Refuses invalid_argument, text_too_long.';

grant execute on function app_public.find_clinics to app_anonymous;
