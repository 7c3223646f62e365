create or replace function app_public.find_doctors(
  wanted text, clinic_id bigint default null, specialization_id bigint default null, page_size int default 20)
returns setof app_public.doctors
-- SECURITY DEFINER, as for find_clinic_customers: LIKE is not leakproof.
language plpgsql stable security definer
-- The best plan depends on whether the clinic is given: a clinic has few doctors.
set plan_cache_mode = force_custom_plan set jit = off
set search_path = pg_catalog, public, pg_temp as $$
declare
  stage record;
  found app_public.doctors;
  seen bigint[] := '{}';
  sees_all boolean := app_private.caller_is_operator();
begin
  perform app_hidden.require_search(find_doctors.wanted, find_doctors.page_size);
  if btrim(find_doctors.wanted) = '' then
    return query
      select d.* from app_public.doctors d
      where (d.is_active or sees_all or d.clinic_id = any (app_hidden.staff_clinic_ids()))
        and (find_doctors.clinic_id is null or d.clinic_id = find_doctors.clinic_id)
        and (find_doctors.specialization_id is null or exists (
          select from app_public.doctor_specializations ds
          where ds.clinic_id = d.clinic_id and ds.doctor_id = d.id
            and ds.specialization_id = find_doctors.specialization_id))
      order by d.full_name, d.clinic_id, d.id limit find_doctors.page_size;
    return;
  end if;
  for stage in select * from app_hidden.search_stages(find_doctors.wanted) loop
    -- Misspellings have many patterns, so they are tried only if nothing else was found.
    exit when stage.is_misspelt and seen <> '{}';
    for found in
      select d.* from (
        select doctor.full_name, doctor.clinic_id, doctor.id, bool_or(doctor.is_whole) as is_whole
        from unnest(stage.some_of) pattern, lateral (
          select d.full_name, d.clinic_id, d.id, d.search_key like left(pattern, -1) || ' %' as is_whole
          from app_public.doctors d
          where (d.is_active or sees_all or d.clinic_id = any (app_hidden.staff_clinic_ids()))
            and (find_doctors.clinic_id is null or d.clinic_id = find_doctors.clinic_id)
            and (find_doctors.specialization_id is null or exists (
              select from app_public.doctor_specializations ds
              where ds.clinic_id = d.clinic_id and ds.doctor_id = d.id
                and ds.specialization_id = find_doctors.specialization_id))
            and d.search_key like pattern
            and d.search_key like coalesce(stage.all_of[1], pattern)
            and d.search_key like coalesce(stage.all_of[2], pattern)
            and d.search_key like all (stage.all_of) and d.id <> all (seen)
          limit 1000) doctor
        group by doctor.full_name, doctor.clinic_id, doctor.id
        order by is_whole desc, doctor.full_name, doctor.clinic_id, doctor.id
        limit find_doctors.page_size - cardinality(seen)) best
      join app_public.doctors d on d.clinic_id = best.clinic_id and d.id = best.id
      order by best.is_whole desc, best.full_name, best.clinic_id, best.id
    loop
      seen := seen || found.id;
      return next found;
    end loop;
    exit when cardinality(seen) = find_doctors.page_size;
  end loop;
end
$$;

comment on function app_public.find_doctors is
'Doctors by name, up to `page_size` (1 to 100): of one clinic, with one specialization, or all. A doctor is found if '
'the name has a word for each word of `wanted`, whatever accents and umlauts are used: first whole words, then '
'beginnings of words, and if there are none, words of five or more letters with one typing error. Equally good '
'matches are ordered by name. An empty `wanted` returns the first doctors by name. Open to everybody; the clinic''s '
'staff and administrators also find inactive doctors. Refuses invalid_argument, text_too_long.';

grant execute on function app_public.find_doctors to app_anonymous;
