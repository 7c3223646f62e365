create or replace function app_private.deactivate_customer(
  customer app_public.customers, ids bigint[], "cascade" boolean)
returns app_public.customers
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  dependant bigint;
  freed jsonb[];
begin
  freed := app_private.end_visits_of_customers(ids);
  foreach dependant in array app_private.dependants_only_of(ids) loop
    perform app_public.remove_customer(dependant, deactivate_customer."cascade");
  end loop;
  -- The clinics go on with the records that they made.
  update app_public.customers c set merged_into_id = null where c.merged_into_id = customer.id;
  update app_public.customers c set is_active = false where c.id = customer.id returning c.* into customer;
  -- The account ends with its customer, unless it belongs to an administrator or an active employee.
  update app_private.accounts a set is_active = false
  where a.id = customer.account_id and not a.is_admin
    and not exists (select from app_public.employees e where e.account_id = a.id and e.is_active);
  if found then
    update app_private.sessions s set revoked_at = now()
    where s.account_id = customer.account_id and s.revoked_at is null;
  end if;
  perform app_private.offer_freed_visits(freed);
  return customer;
end
$$;

comment on function app_private.deactivate_customer is
'Ends the visits of a customer and of the records that were merged into it (`ids`, with its own), deactivates it and '
'the dependants who have no other guardian, and closes its account. The caller has locked all of them '
'(lock_customers_to_remove) and checked its right.';
