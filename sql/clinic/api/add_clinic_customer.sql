create or replace function app_public.add_clinic_customer(
  clinic_id bigint, full_name text, email text default null, phone text default null,
  preferred_language text default null, idempotency_key text default null, add_anyway boolean default false)
returns app_public.clinic_customers
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  address app_public.email_address := case
    when btrim(add_clinic_customer.email) <> '' then app_private.require_address(add_clinic_customer.email) end;
  given_name text := nullif(btrim(add_clinic_customer.full_name), '');
  number text := nullif(btrim(add_clinic_customer.phone), '');
  target bigint;
  similar_ids bigint[];
  record app_public.clinic_customers;
begin
  perform app_private.require_clinic_role(add_clinic_customer.clinic_id, 'desk');
  record := app_private.begin_idempotent(
    add_clinic_customer.clinic_id, add_clinic_customer.idempotency_key, 'add_clinic_customer',
    jsonb_build_array(given_name, address, number, add_clinic_customer.preferred_language,
      add_clinic_customer.add_anyway), null::app_public.clinic_customers);
  if record.customer_id is not null then
    return record;
  end if;
  if given_name is null then
    perform app_hidden.refuse('invalid_argument', 'A name is needed.', '{"argument": "fullName"}');
  end if;
  -- Members of a family share addresses, so only the same name with the same address is the same person. A new phone
  -- number or language is stored in the record that is found. Only the clinic's own records are searched. Looking for
  -- accounts with the address was rejected: every desk could find out which addresses have one, and visits that the
  -- desk booked would belong to anyone who had registered with the address first. A patient with an account claims the
  -- record.
  update app_public.clinic_customers cc
  set phone = coalesce(number, cc.phone),
      preferred_language = coalesce(add_clinic_customer.preferred_language, cc.preferred_language)
  where cc.clinic_id = add_clinic_customer.clinic_id and cc.customer_id = (
    select own.customer_id from app_public.clinic_customers own
    where own.clinic_id = add_clinic_customer.clinic_id and own.email = address
      and app_hidden.same_name(own.full_name, given_name)
      and app_private.desk_may_book_for(own.customer_id, address)
    order by own.customer_id limit 1)
  returning * into record;
  if record.customer_id is null then
    similar_ids := case when add_clinic_customer.add_anyway is not true then
      app_private.similar_customers(add_clinic_customer.clinic_id, given_name, address, number) end;
    if similar_ids <> '{}' then
      perform app_hidden.refuse('similar_customer_exists', 'The clinic''s records already contain a similar person.',
        jsonb_build_object(
          'customerIds', array(select id::text from unnest(similar_ids) with ordinality s (id, n) order by n)));
    end if;
    target := app_private.new_customer(add_clinic_customer.clinic_id, given_name, address, number, null);
    insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email, phone, preferred_language)
    values (add_clinic_customer.clinic_id, target, given_name, address, number, add_clinic_customer.preferred_language)
    returning * into record;
  end if;
  perform app_private.finish_idempotent(record.clinic_id, add_clinic_customer.idempotency_key, record);
  return record;
end
$$;

comment on function app_public.add_clinic_customer is
'Adds a caller or walk-in patient to a clinic''s own records, so that the desk can book for them. A person with this '
'name and e-mail address who is in the records is recognised; another name with the same address is another person. A '
'new record is the clinic''s own, whether or not the patient has an account; a patient who has confirmed the address '
'finds it (claimable_records). If the records contain people who are probably the same person, the call is refused '
'and the detail names them, unless `add_anyway` is true. `preferred_language` is en or de. For the desk. Refuses '
'forbidden, idempotency_key_reused, invalid_argument, invalid_email, similar_customer_exists, text_too_long, '
'text_not_accepted; in a shard also global_database_first, shard_behind.';

grant execute on function app_public.add_clinic_customer to app_staff;
