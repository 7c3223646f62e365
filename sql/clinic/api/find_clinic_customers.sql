create or replace function app_public.find_clinic_customers(clinic_id bigint, wanted text, page_size int default 20)
returns setof app_public.clinic_customers
-- SECURITY DEFINER, because LIKE is not leakproof: under a policy PostgreSQL compares all keys of the clinic and cannot
-- use the index.
language plpgsql stable security definer
-- A generic plan, made without knowing the patterns, uses the index. For a known pattern, the planner's estimates are
-- too inaccurate to choose the right index.
set plan_cache_mode = force_generic_plan set jit = off
set search_path = pg_catalog, public, pg_temp as $$
declare
  -- `wanted` in international form, if it is a phone number in the clinic's country.
  phone_e164 text;
  stage record;
  found app_public.clinic_customers;
  seen bigint[] := '{}';
begin
  perform app_hidden.require_search(find_clinic_customers.wanted, find_clinic_customers.page_size);
  if find_clinic_customers.clinic_id <> all (app_hidden.staff_clinic_ids())
     and not app_private.caller_is_operator() then
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
    -- Misspellings have many patterns, so they are tried only if nothing else was found.
    exit when stage.is_misspelt and seen <> '{}';
    -- One pattern at a time, because an index supports neither LIKE ANY nor LIKE ALL. At most a thousand rows are read
    -- for each pattern: a beginning that matches more is too short to be a search.
    for found in
      select cc.* from (
        select record.full_name, record.customer_id, bool_or(record.is_whole) as is_whole
        from unnest(stage.some_of) pattern, lateral (
          select cc.full_name, cc.customer_id, cc.search_key like left(pattern, -1) || ' %' as is_whole
          from app_public.clinic_customers cc
          where cc.clinic_id = find_clinic_customers.clinic_id and cc.search_key like pattern
            and cc.search_key like coalesce(stage.all_of[1], pattern)
            and cc.search_key like coalesce(stage.all_of[2], pattern)
            and cc.search_key like all (stage.all_of) and cc.customer_id <> all (seen)
          limit 1000) record
        group by record.full_name, record.customer_id
        order by is_whole desc, record.full_name, record.customer_id
        limit find_clinic_customers.page_size - cardinality(seen)) best
      join app_public.clinic_customers cc
        on cc.clinic_id = find_clinic_customers.clinic_id and cc.customer_id = best.customer_id
      order by best.is_whole desc, best.full_name, best.customer_id
    loop
      seen := seen || found.customer_id;
      return next found;
    end loop;
    exit when cardinality(seen) = find_clinic_customers.page_size;
  end loop;
end
$$;

comment on function app_public.find_clinic_customers is
'Customers in a clinic''s records, up to `page_size` (1 to 100). A record is found by name and e-mail address if it '
'has a word for each word of `wanted`, whatever accents and umlauts are used: first whole words, then beginnings of '
'words, and if there are none, words of five or more letters with one typing error. A record is found by phone number '
'if the number ends with the digits of `wanted` or contains them, in national or international form. Equally good '
'matches are ordered by name. An empty `wanted` returns the first records by name. Staff find customers of their own '
'clinics; other callers find none. Refuses invalid_argument, text_too_long.';

grant execute on function app_public.find_clinic_customers to app_staff;
