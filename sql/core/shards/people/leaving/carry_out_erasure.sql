create or replace function app_private.carry_out_erasure(customer_id bigint) returns boolean
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  target constant bigint := carry_out_erasure.customer_id;
  noted app_private.copied_erasures;
  freed jsonb[];
begin
  -- In the order of erase_customer. The lock waits for bookings that began before the erasure arrived.
  perform billing_private.give_up_checkouts_of(array[target]);
  perform app_private.lock_customers_to_remove(target);
  select ce.* into noted from app_private.copied_erasures ce where ce.customer_id = target for update;
  if noted.customer_id is null then
    return false;
  end if;
  freed := app_private.end_visits_of_customers(array[target]);
  perform app_private.offer_freed_visits(freed);
  perform app_private.erase_at_clinics(target, noted.addresses);
  -- As erase_account leaves it, unless it is kept.
  if exists (
       select from app_private.accounts a
       where a.id = noted.account_id and a.email::text like 'erased-%@erased.invalid') then
    delete from app_private.account_messages am
    where am.account_id = noted.account_id or am.address = noted.account_email;
    delete from app_private.invitations i where i.email = noted.account_email;
  end if;
  perform app_private.erase_stored_results(target, noted.account_id);
  delete from app_private.copied_erasures ce where ce.customer_id = target;
  return true;
end
$$;

comment on function app_private.carry_out_erasure is
'Erases at the clinics of this shard a person whom the global database has erased: cancels future bookings, and '
'removes what erase_customer removes at clinics. Returns false if that was done before. Called by the job '
'carry_out_erasure. Refuses clinic_moving while a clinic that knows the person is being moved.';
