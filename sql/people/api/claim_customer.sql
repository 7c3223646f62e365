create or replace function app_public.claim_customer(
  customer_id bigint, for_customer_id bigint default null, clinic_id bigint default null)
returns app_public.customers
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  survivor bigint := coalesce(claim_customer.for_customer_id, app_hidden.current_customer_id());
  customer app_public.customers;
begin
  if app_hidden.current_account_id() is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  if survivor <> all (app_hidden.current_customer_ids()) or survivor is null then
    perform app_hidden.refuse('customer_not_found', 'No such customer.');
  end if;
  if app_private.is_shard() then
    return app_private.claim_in_shard(claim_customer.customer_id, survivor, claim_customer.clinic_id);
  end if;
  -- Repeating a claim changes nothing.
  if claim_customer.customer_id = any (app_private.ids_of_person(survivor)) then
    select c.* into customer from app_public.customers c where c.id = claim_customer.customer_id;
    return customer;
  end if;
  -- Locked before the address is compared: the clinic may be changing it.
  perform from app_public.customers c where c.id in (claim_customer.customer_id, survivor)
  order by c.id for no key update;
  perform from app_public.clinic_customers cc where cc.customer_id = claim_customer.customer_id
  order by cc.clinic_id for no key update;
  if not exists (
       select from app_private.claimable_by_address(app_private.proven_address()) r
       where r.customer_id = claim_customer.customer_id
         and (r.clinic_id = claim_customer.clinic_id or claim_customer.clinic_id is null)) then
    perform app_hidden.refuse('customer_not_claimable', 'There is no such record with your e-mail address.',
      jsonb_build_object('customerId', claim_customer.customer_id::text));
  end if;
  select c.merged_into_id into customer.merged_into_id from app_public.customers c where c.id = survivor;
  customer := app_private.merge_into(
    claim_customer.customer_id, coalesce(customer.merged_into_id, survivor), 'address');
  perform app_private.renew_customer_ids();
  return customer;
end
$$;

comment on function app_public.claim_customer is
'Adds a record that a clinic made to the caller, or with `for_customer_id` to a dependant of the caller: the visits '
'in it appear among theirs, and they can move and cancel them. The clinic must have recorded the e-mail address that '
'the caller has proved. Nothing is copied or rewritten: the record is merged by a pointer, which undo_merge removes. '
'The clinic is not notified and keeps its record. `clinic_id`, which claimable_records has, says in which clinic; '
'a record of a clinic in a shard is not found without it. A record that does not exist, is claimed by somebody else, '
'or has another address gets the same answer. Refuses unauthenticated, customer_not_found (not a dependant), '
'customer_not_claimable, merge_not_possible, merged_visits_overlap; in a shard also global_database_first, '
'shard_behind.';

grant execute on function app_public.claim_customer to app_customer;
