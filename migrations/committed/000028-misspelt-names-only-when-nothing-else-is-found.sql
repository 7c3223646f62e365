--! Previous: sha1:5913fb47b087dd78b124f5b51d5ae07a9e71ff87
--! Hash: sha1:aead1fa699aaf7d6947a7fb421a036a1061ce931
--! Message: Misspelt names only when nothing else is found

-- Enter migration here
-- Misspellings are looked for only when nothing else is found: their many patterns took eight times as long as an exact search.
--! Included clinic/find_clinic_customers.sql
create or replace function app_public.find_clinic_customers(clinic_id bigint, wanted text, page_size int default 20)
returns setof app_public.clinic_customers
-- Definer rights, since LIKE is not leakproof: under a policy PostgreSQL compares all keys of the clinic, without the index.
language plpgsql stable security definer
-- A plan that does not know the patterns uses the index. How many rows a pattern finds is guessed too badly to decide.
set plan_cache_mode = force_generic_plan set jit = off
set search_path = pg_catalog, public, pg_temp as $$
declare
  -- What was typed, if it is a phone number in the clinic's country.
  phone_e164 text;
  stage record;
  found app_public.clinic_customers;
  seen bigint[] := '{}';
begin
  perform app_hidden.require_search(find_clinic_customers.wanted, find_clinic_customers.page_size);
  if find_clinic_customers.clinic_id <> all (app_hidden.staff_clinic_ids()) and not app_private.caller_is_operator() then
    return;
  elsif btrim(find_clinic_customers.wanted) = '' then
    return query
      select cc.* from app_public.clinic_customers cc
      where cc.clinic_id = find_clinic_customers.clinic_id
      order by cc.full_name, cc.customer_id limit find_clinic_customers.page_size;
    return;
  end if;
  if find_clinic_customers.wanted !~ '[[:alpha:]]' then
    phone_e164 := (app_hidden.read_phone(find_clinic_customers.wanted,
      (select c.country from app_public.clinics c where c.id = find_clinic_customers.clinic_id))).e164;
  end if;
  for stage in select * from app_hidden.search_stages(find_clinic_customers.wanted, phone_e164) loop
    -- Misspellings, which have many patterns, are looked for only when nothing else was found.
    exit when stage.is_misspelt and seen <> '{}';
    -- Pattern by pattern, since an index knows neither LIKE ANY nor LIKE ALL. A beginning that thousands of names have is no search yet: it finds
    -- a thousand of them.
    for found in
      select cc.* from (
        select record.full_name, record.customer_id, bool_or(record.is_whole) as is_whole
        from unnest(stage.some_of) pattern, lateral (
          select cc.full_name, cc.customer_id, cc.search_key like left(pattern, -1) || ' %' as is_whole
          from app_public.clinic_customers cc
          where cc.clinic_id = find_clinic_customers.clinic_id and cc.search_key like pattern
            and cc.search_key like coalesce(stage.all_of[1], pattern) and cc.search_key like coalesce(stage.all_of[2], pattern)
            and cc.search_key like all (stage.all_of) and cc.customer_id <> all (seen)
          limit 1000) record
        group by record.full_name, record.customer_id
        order by is_whole desc, record.full_name, record.customer_id limit find_clinic_customers.page_size - cardinality(seen)) best
      join app_public.clinic_customers cc on cc.clinic_id = find_clinic_customers.clinic_id and cc.customer_id = best.customer_id
      order by best.is_whole desc, best.full_name, best.customer_id
    loop
      seen := seen || found.customer_id;
      return next found;
    end loop;
    exit when cardinality(seen) = find_clinic_customers.page_size;
  end loop;
end
$$;

comment on function app_public.find_clinic_customers(bigint, text, int) is
'The customers in a clinic''s records, up to `page_size` (1 to 100), whose name and e-mail address have a word for each word of `wanted`, however accents and umlauts are written: whole words first, then beginnings, and if there is none, words of five letters or more with one typing error; or whose phone number ends with the digits, or has them, in national or in international form. Equals by name. Nothing wanted gives the first by name. Staff find customers of their clinics, and nobody else any. Refuses invalid_argument, text_too_long.';

revoke all on function app_public.find_clinic_customers(bigint, text, int) from public;
grant execute on function app_public.find_clinic_customers(bigint, text, int) to app_staff;
--! EndIncluded clinic/find_clinic_customers.sql
--! Included clinic/find_doctors.sql
create or replace function app_public.find_doctors(
  wanted text, clinic_id bigint default null, specialization_id bigint default null, page_size int default 20)
returns setof app_public.doctors
-- Definer rights, as for find_clinic_customers: LIKE is not leakproof.
language plpgsql stable security definer
-- With the clinic, which has few doctors, and without it the plans differ.
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
          where ds.clinic_id = d.clinic_id and ds.doctor_id = d.id and ds.specialization_id = find_doctors.specialization_id))
      order by d.full_name, d.clinic_id, d.id limit find_doctors.page_size;
    return;
  end if;
  for stage in select * from app_hidden.search_stages(find_doctors.wanted) loop
    -- Misspellings, which have many patterns, are looked for only when nothing else was found.
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
              where ds.clinic_id = d.clinic_id and ds.doctor_id = d.id and ds.specialization_id = find_doctors.specialization_id))
            and d.search_key like pattern
            and d.search_key like coalesce(stage.all_of[1], pattern) and d.search_key like coalesce(stage.all_of[2], pattern)
            and d.search_key like all (stage.all_of) and d.id <> all (seen)
          limit 1000) doctor
        group by doctor.full_name, doctor.clinic_id, doctor.id
        order by is_whole desc, doctor.full_name, doctor.clinic_id, doctor.id limit find_doctors.page_size - cardinality(seen)) best
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

comment on function app_public.find_doctors(text, bigint, bigint, int) is
'Doctors by name, up to `page_size` (1 to 100): of one clinic, with one specialization, or of all. The name has a word for each word of `wanted`, however accents and umlauts are written: whole words first, then beginnings, and if there is none, words of five letters or more with one typing error; equals by name. Nothing wanted gives the first by name. Open to everybody; the clinic''s staff and administrators find inactive doctors too. Refuses invalid_argument, text_too_long.';

revoke all on function app_public.find_doctors(text, bigint, bigint, int) from public;
grant execute on function app_public.find_doctors(text, bigint, bigint, int) to app_anonymous;
--! EndIncluded clinic/find_doctors.sql
--! Included clinic/find_clinics.sql
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
--! EndIncluded clinic/find_clinics.sql
