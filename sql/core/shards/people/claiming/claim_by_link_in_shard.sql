create or replace function app_private.claim_by_link_in_shard(token text, for_customer_id bigint)
returns app_public.customers
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  asked constant jsonb := jsonb_build_object('token', claim_by_link_in_shard.token,
    'accountId', app_hidden.current_account_id()::text,
    'forCustomerId', claim_by_link_in_shard.for_customer_id::text);
  link constant jsonb := app_private.in_global_database('read_record_link', asked);
  record_id constant bigint := (link ->> 'customerId')::bigint;
  is_merged constant boolean := nullif(current_setting('medislot.recorded', true), '')::jsonb ? 'claim_by_link';
  has_address boolean;
  customer app_public.customers;
begin
  -- Locked, so that a correction of the address comes before this or finds the record claimed
  -- (end_claim_of_changed_address).
  perform from app_public.clinic_customers cc where cc.customer_id = record_id
  order by cc.clinic_id for no key update;
  has_address := exists (
    select from app_public.clinic_customers cc
    where cc.customer_id = record_id and cc.email = (link ->> 'address')::app_public.email_address);
  if is_merged and not has_address then
    -- The clinic has corrected the address after this call had compared it.
    perform app_private.in_global_database('end_claim', jsonb_build_object('customerId', record_id::text));
  end if;
  if not has_address then
    perform app_hidden.refuse('merge_link_invalid', 'The link is not valid or no longer valid. Ask for a new one.');
  end if;
  perform app_private.in_global_database('claim_by_link', asked);
  perform app_private.renew_customer_ids();
  select c.* into customer from app_public.customers c where c.id = record_id;
  return customer;
end
$$;

comment on function app_private.claim_by_link_in_shard is
'What confirm_merge does in a shard, with the link that the global database has mailed (app_private.ask_for_record): '
'compares the address to which it was sent with the one that the clinic has recorded, has the global database merge '
'the record, and compares again. Refuses global_database_first, shard_behind, merge_link_invalid.';
