create or replace function app_private.lock_customers_to_remove(customer_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  most constant int := 20;
  ids constant bigint[] := app_private.removed_with(lock_customers_to_remove.customer_id);
begin
  perform from app_public.customers c where c.id = any (ids) order by c.id for no key update;
  if not app_private.removed_with(lock_customers_to_remove.customer_id) <@ ids then
    raise exception 'customer % became responsible for others meanwhile', lock_customers_to_remove.customer_id
      using errcode = 'serialization_failure';
  end if;
  for attempt in 1 .. most loop
    begin
      perform app_private.lock_times_of_customers(ids);
      return;
    exception when serialization_failure then
      -- Leaving the block has released its locks, so that they are taken again in their order.
      if attempt = most then
        raise;
      end if;
    end;
  end loop;
end
$$;

comment on function app_private.lock_customers_to_remove is
'Locks everything that removing a customer changes, in the general order of locks and before anything is changed: the '
'customers of removed_with, then what lock_times_of_customers locks. Fails with 40001 if other transactions keep '
'changing it meanwhile: repeat the call.';
