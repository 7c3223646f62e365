create or replace function app_private.confirm_customer(customer_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if exists (
    select from app_public.customers c
    where c.id = confirm_customer.customer_id and c.email_verified_at is not null) then
    return;
  end if;
  if app_private.is_shard() then
    perform app_private.in_global_database(
      'confirm_customer', jsonb_build_object('customerId', confirm_customer.customer_id::text));
  else
    update app_public.customers c set email_verified_at = now()
    where c.id = confirm_customer.customer_id and c.account_id is null;
  end if;
end
$$;

comment on function app_private.confirm_customer is
'Records that a customer without an account has proven the address, if that is not known yet. In a shard the global '
'database records it: see app_private.in_global_database. Refuses global_database_first, shard_behind.';
