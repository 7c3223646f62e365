create or replace function app_private.similar_customers(
  clinic_id bigint, full_name text, email text, phone text)
returns bigint[]
language plpgsql stable set plan_cache_mode = force_generic_plan set jit = off
set search_path = pg_catalog, public, pg_temp as $$
declare
  given_name text := app_hidden.plain_name(similar_customers.full_name);
  given_number text := right(regexp_replace(similar_customers.phone, '[^0-9]', '', 'g'), 8);
  -- Patterns for the words of the name and of the address. An index finds the records that have all words of one of
  -- them.
  words text[] := array(
    select '% ' || w || ' %' from regexp_split_to_table(btrim(given_name), ' ') w order by char_length(w) desc);
  address_words text[] := array(
    select '% ' || w || ' %' from regexp_split_to_table(btrim(app_hidden.name_key(similar_customers.email)), ' ') w
    order by char_length(w) desc);
begin
  if char_length(given_number) < 4 then
    given_number := null;
  end if;
  return array(
    select cc.customer_id from (
      select cc.* from app_public.clinic_customers cc
      where cc.clinic_id = similar_customers.clinic_id
        and cc.search_key like words[1] and cc.search_key like coalesce(words[2], words[1])
        and cc.search_key like all (words)
      union
      select cc.* from app_public.clinic_customers cc
      where cc.clinic_id = similar_customers.clinic_id and cc.search_key like '%' || given_number || '#%'
      union
      select cc.* from app_public.clinic_customers cc
      where cc.clinic_id = similar_customers.clinic_id
        and cc.search_key like address_words[1]
        and cc.search_key like coalesce(address_words[2], address_words[1])
        and cc.email = similar_customers.email
    ) cc,
    lateral (
      select app_hidden.plain_name(cc.full_name) as name,
        nullif(right(regexp_replace(cc.phone, '[^0-9]', '', 'g'), 8), '') as number) has,
    lateral (
      -- Null if either of the two is missing.
      select cc.email = similar_customers.email as address, has.number = given_number as number) same
    where case
        when same.address or same.number then public.similarity(has.name, given_name) >= 0.5
        else has.name = given_name and same.address is not false and same.number is not false
      end
      and app_private.desk_may_book_for(cc.customer_id)
    order by has.name = given_name desc, (same.address or same.number) desc nulls last, cc.customer_id
    limit 5);
end
$$;

comment on function app_private.similar_customers is
'Customers in a clinic''s records who are probably the person with this name and these contacts, at most five. They '
'have the same e-mail address or phone number and a similar name, or they have the same name and no different address '
'or number. Family members share a number; if their names are not similar, they are different people. '
'Records for which the desk cannot book (desk_may_book_for) are left out.';
