create or replace function app_private.new_customer(
  clinic_id bigint, full_name text, email app_public.email_address, phone text, preferred_language text,
  for_guest boolean default false)
returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  customer_id bigint;
begin
  if app_private.is_shard() then
    return (app_private.in_global_database('add_customer', jsonb_build_object(
      'clinicId', new_customer.clinic_id::text, 'fullName', new_customer.full_name, 'email', new_customer.email,
      'phone', new_customer.phone, 'preferredLanguage', new_customer.preferred_language)
      || case when new_customer.for_guest
           then jsonb_build_object('guestFrom', coalesce(host(app_private.client_address()), '')) else '{}' end)
      ->> 'customerId')::bigint;
  end if;
  insert into app_public.customers (full_name, email, phone, preferred_language)
  values (new_customer.full_name, new_customer.email, new_customer.phone, new_customer.preferred_language)
  returning id into customer_id;
  return customer_id;
end
$$;

comment on function app_private.new_customer is
'Records a person without an account, for a clinic, and returns the customer''s id. In a shard the global database '
'records the person, and counts guests: see app_private.in_global_database, admit_guest. Refuses '
'global_database_first, shard_behind, text_too_long, text_not_accepted.';
