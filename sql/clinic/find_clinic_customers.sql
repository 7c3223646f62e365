create or replace function app_public.find_clinic_customers(clinic_id bigint, wanted text, page_size int default 20)
returns setof app_public.clinic_customers
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
declare
  -- Wildcards that somebody typed mean themselves.
  words text[] := array(
    select '%' || regexp_replace(w, '([\\%_])', '\\\1', 'g') || '%'
    from regexp_split_to_table(btrim(find_clinic_customers.wanted), '\s+') w where w <> '');
  -- Without what may stand before a number, here +49, there 0 or 0049.
  number text := (app_hidden.read_phone(find_clinic_customers.wanted,
    (select c.country from app_public.clinics c where c.id = find_clinic_customers.clinic_id))).e164;
  digits text := ltrim(regexp_replace(find_clinic_customers.wanted, '\D', '', 'g'), '0');
begin
  if find_clinic_customers.page_size not between 1 and 100 then
    perform app_hidden.refuse('invalid_argument', 'A page has 1 to 100 rows.', '{"argument": "pageSize"}');
  end if;
  -- Reads the clinic's records, no others: a few milliseconds for ten thousand. Trigrams would need an extension and an index to keep.
  return query
  select cc.* from app_public.clinic_customers cc
  where cc.clinic_id = find_clinic_customers.clinic_id
    and (cc.full_name || ' ' || coalesce(cc.email::text, '') ilike all (words)
      or (char_length(digits) >= 3 and find_clinic_customers.wanted !~ '[[:alpha:]]'
        and (regexp_replace(cc.phone, '\D', '', 'g') like '%' || digits || '%' or cc.phone_e164 like '%' || digits || '%'))
      or cc.phone_e164 = number)
  order by cc.full_name, cc.customer_id
  limit find_clinic_customers.page_size;
end
$$;

comment on function app_public.find_clinic_customers(bigint, text, int) is
'The customers in a clinic''s records whose name or e-mail address has every word of `wanted` in it, or whose phone number has its digits, however it was written: in national or in international form; by name, up to `page_size`. Nothing wanted gives the first by name. Staff see their clinics'', nobody else any. Refuses invalid_argument.';

revoke all on function app_public.find_clinic_customers(bigint, text, int) from public;
grant execute on function app_public.find_clinic_customers(bigint, text, int) to app_staff;
