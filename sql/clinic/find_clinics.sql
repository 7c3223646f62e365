create or replace function app_public.find_clinics(wanted text, among bigint[] default null, page_size int default 20)
returns setof app_public.clinics
-- Definer rights, as for find_clinic_customers: LIKE is not leakproof. Active clinics have no column that is not everybody's to see.
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
    -- Misspellings, which have many patterns, are looked for only when nothing else was found.
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
            and c.search_key like coalesce(stage.all_of[1], pattern) and c.search_key like coalesce(stage.all_of[2], pattern)
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

comment on function app_public.find_clinics(text, bigint[], int) is
'Clinics by name, up to `page_size` (1 to 100), with `among` only those of these ids. The name has a word for each word of `wanted`, however accents and umlauts are written: whole words first, then beginnings, and if there is none, words of five letters or more with one typing error; equals by name. Nothing wanted gives the first by name. Open to everybody; staff and administrators find their inactive clinics too. Refuses invalid_argument, text_too_long.';

revoke all on function app_public.find_clinics(text, bigint[], int) from public;
grant execute on function app_public.find_clinics(text, bigint[], int) to app_anonymous;
