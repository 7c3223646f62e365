create or replace function app_public.erase_customer(customer_id bigint) returns app_public.customers
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  target bigint := erase_customer.customer_id;
  customer app_public.customers;
  addresses text[];
  other bigint;
  others bigint[];
  human bigint;
begin
  perform app_private.require_own_customer(target);
  -- Before all other locks: settling a checkout locks it first.
  perform billing_private.give_up_checkouts_of(app_private.removed_with(target));
  perform app_private.lock_customers_to_remove(target);
  -- Records that were merged into this one are of the same person, and nobody is left for dependants who have no other
  -- guardian.
  others := array(select c.id from app_public.customers c where c.merged_into_id = target)
    || app_private.dependants_only_of(array[target]);
  foreach other in array others loop
    perform app_public.erase_customer(other);
  end loop;
  select c.* into customer from app_public.customers c where c.id = target;
  if customer.id is null then
    perform app_hidden.refuse('customer_not_found', 'No such customer.',
      jsonb_build_object('customerId', target::text));
  end if;
  customer := app_private.deactivate_customer(customer,
    target || array(select c.id from app_public.customers c where c.merged_into_id = target order by c.id), true);
  addresses := array(
    select lower(t.address) from unnest(array[customer.email::text, customer.phone]) t (address)
    where t.address is not null);
  human := customer.human_id;
  insert into app_private.erasures (customer_id, erased_by_account_id) values (target, app_hidden.current_account_id())
  on conflict on constraint a_customer_is_erased_once do nothing;
  -- Shards do the same at their clinics when the row above has arrived there: app_private.carry_out_erasure.
  perform app_private.erase_at_clinics(target, addresses);
  delete from app_private.patient_feeds f where f.customer_id = target;
  perform app_private.erase_account(customer.account_id);
  perform app_private.erase_stored_results(target, customer.account_id);
  delete from app_public.guardianships g where target in (g.guardian_customer_id, g.dependant_customer_id);
  update app_public.customers c
  set full_name = 'erased', email = null, phone = null, preferred_language = null, preferred_channel = null,
      email_verified_at = null, birth_date = null, human_id = null
  where c.id = target returning c.* into customer;
  perform app_private.forget_human(human);
  return customer;
end
$$;

comment on function app_public.erase_customer is
'Erases a person''s data. Future bookings are cancelled, holds end, and the customer becomes inactive and is signed '
'out permanently. No name, contact, note, answer, reason, message, entry of a waiting list or stored response about '
'the person remains. Past bookings, invoices and events stay without personal data. The account''s data as an '
'employee stays with the clinic. This cannot be undone; repeating it changes nothing. Records that were merged into '
'the customer are erased with it, and so are dependants who have no other guardian. Shards erase what their clinics '
'have when the erasure has arrived there. Customers may erase themselves and their dependants; administrators and DBAs '
'may erase anyone. Refuses unauthenticated, customer_not_found.';

grant execute on function app_public.erase_customer to app_customer;
