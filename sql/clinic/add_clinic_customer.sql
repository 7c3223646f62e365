create or replace function app_public.add_clinic_customer(
  clinic_id bigint, full_name text, email text default null, phone text default null, preferred_language text default null,
  idempotency_key text default null, add_anyway boolean default false)
returns app_public.clinic_customers
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  address app_public.email_address := case when btrim(add_clinic_customer.email) <> '' then app_private.require_address(add_clinic_customer.email) end;
  given_name text := nullif(btrim(add_clinic_customer.full_name), '');
  number text := nullif(btrim(add_clinic_customer.phone), '');
  target bigint;
  similar_ids bigint[];
  record app_public.clinic_customers;
  outcome jsonb;
begin
  perform app_private.require_clinic_role(add_clinic_customer.clinic_id, 'desk');
  outcome := app_private.replay(add_clinic_customer.clinic_id, add_clinic_customer.idempotency_key, 'add_clinic_customer',
    jsonb_build_array(given_name, address, number, add_clinic_customer.preferred_language,
      add_clinic_customer.add_anyway));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.clinic_customers, outcome);
  end if;
  if given_name is null then
    perform app_hidden.refuse('invalid_argument', 'A name is needed.', '{"argument": "fullName"}');
  end if;
  -- Families share addresses: only the same name at the same address is the same person. First among the clinic's own records; what was typed
  -- besides is kept there.
  update app_public.clinic_customers cc
  set phone = coalesce(number, cc.phone), preferred_language = coalesce(add_clinic_customer.preferred_language, cc.preferred_language)
  where cc.clinic_id = add_clinic_customer.clinic_id and cc.customer_id = (
    select own.customer_id from app_public.clinic_customers own
    where own.clinic_id = add_clinic_customer.clinic_id and own.email = address and app_hidden.same_name(own.full_name, given_name)
    order by own.customer_id limit 1)
  returning * into record;
  if record.customer_id is null then
    -- Then among those who have registered: it is one customer, and the clinic's record holds only what the clinic typed, so the desk learns
    -- nothing that other clinics know.
    select c.id into target
    from app_private.accounts a join app_public.customers c on c.account_id = a.id
    where a.email = address and app_hidden.same_name(c.full_name, given_name) and not exists (
      select from app_public.clinic_customers cc where cc.clinic_id = add_clinic_customer.clinic_id and cc.customer_id = c.id);
    similar_ids := case when add_clinic_customer.add_anyway is not true then
      app_private.similar_customers(add_clinic_customer.clinic_id, given_name, address, number) end;
    if similar_ids <> '{}' then
      perform app_hidden.refuse('similar_customer_exists', 'Somebody like this is in the clinic''s records already.',
        jsonb_build_object('customerIds', array(select id::text from unnest(similar_ids) with ordinality s (id, n) order by n)));
    end if;
    if target is null then
      insert into app_public.customers (full_name, email, phone) values (given_name, address, number) returning id into target;
    end if;
    insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email, phone, preferred_language)
    values (add_clinic_customer.clinic_id, target, given_name, address, number, add_clinic_customer.preferred_language)
    on conflict on constraint a_clinic_keeps_one_record_of_a_customer do nothing
    returning * into record;
    if record.customer_id is null then
      -- The patient has booked in this moment.
      select cc.* into record from app_public.clinic_customers cc
      where cc.clinic_id = add_clinic_customer.clinic_id and cc.customer_id = target;
    end if;
  end if;
  perform app_private.remember(record.clinic_id, add_clinic_customer.idempotency_key, to_jsonb(record));
  return record;
end
$$;

comment on function app_public.add_clinic_customer(bigint, text, text, text, text, text, boolean) is
'Takes a caller or walk-in into a clinic''s own records, so that the desk can book for them. A person with this name and e-mail address who is in the records, or has registered, is recognised; another name at the address is another person. Somebody in the records who is probably the same person is a refusal that names them, unless `add_anyway`. `preferred_language` is en or de. For the desk. Refuses forbidden, idempotency_key_reused, invalid_argument, invalid_email, similar_customer_exists, text_too_long, text_not_accepted.';

revoke all on function app_public.add_clinic_customer(bigint, text, text, text, text, text, boolean) from public;
grant execute on function app_public.add_clinic_customer(bigint, text, text, text, text, text, boolean) to app_staff;
