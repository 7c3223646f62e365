create or replace function app_private.claim_in_shard(customer_id bigint, for_customer_id bigint, clinic_id bigint)
returns app_public.customers
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  is_merged constant boolean := coalesce(
    nullif(current_setting('medislot.recorded', true), '')::jsonb ? 'claim_record', false);
  address constant app_public.email_address := app_private.proven_address();
  has_address boolean;
  customer app_public.customers;
begin
  select c.* into customer from app_public.customers c where c.id = claim_in_shard.customer_id;
  -- Repeating a claim changes nothing.
  if not is_merged and claim_in_shard.customer_id = any (app_private.ids_of_person(claim_in_shard.for_customer_id)) then
    return customer;
  end if;
  -- Locked, so that a correction of the address comes before this or finds the record claimed
  -- (end_claim_of_changed_address).
  perform from app_public.clinic_customers cc
  where cc.customer_id = claim_in_shard.customer_id order by cc.clinic_id for no key update;
  has_address := exists (
    select from app_public.clinic_customers cc
    where cc.customer_id = claim_in_shard.customer_id and cc.email = address
      and (cc.clinic_id = claim_in_shard.clinic_id or claim_in_shard.clinic_id is null));
  if is_merged and not has_address then
    -- The clinic has corrected the address after this call had compared it.
    perform app_private.in_global_database('end_claim',
      jsonb_build_object('customerId', claim_in_shard.customer_id::text));
  end if;
  if not has_address or not is_merged and not app_private.is_unclaimed(claim_in_shard.customer_id, address) then
    perform app_hidden.refuse('customer_not_claimable', 'There is no such record with your e-mail address.',
      jsonb_build_object('customerId', claim_in_shard.customer_id::text));
  end if;
  perform app_private.in_global_database('claim_record', jsonb_build_object(
    'customerId', claim_in_shard.customer_id::text, 'forCustomerId', claim_in_shard.for_customer_id::text,
    'accountId', app_hidden.current_account_id()::text, 'email', address));
  perform app_private.renew_customer_ids();
  select c.* into customer from app_public.customers c where c.id = claim_in_shard.customer_id;
  return customer;
end
$$;

comment on function app_private.claim_in_shard is
'What claim_customer does in a shard: compares the address that the clinic has recorded, has the global database merge '
'the record (app_private.claim_for_shard), and compares the address again: it may have been corrected meanwhile, and '
'then the claim is ended. Refuses global_database_first, shard_behind, customer_not_claimable.';
