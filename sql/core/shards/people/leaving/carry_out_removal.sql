create or replace function app_private.carry_out_removal(customer_id bigint) returns boolean
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  target constant bigint := carry_out_removal.customer_id;
  noted app_private.copied_removals;
  made_until timestamptz := 'infinity';
  freed jsonb[];
begin
  -- In the order of remove_customer. The lock waits for bookings that began before the removal arrived.
  perform app_private.lock_customers_to_remove(target);
  select cr.* into noted from app_private.copied_removals cr where cr.customer_id = target for update;
  if noted.customer_id is null then
    return false;
  end if;
  -- A record whose merge was undone, or a customer who is active again, may have newer bookings, which stay.
  if exists (select from app_public.customers c where c.id = target and c.is_active) then
    made_until := noted.arrived_at;
  end if;
  freed := app_private.end_visits_of_customers(array[target], made_until);
  perform app_private.offer_freed_visits(freed);
  delete from app_private.copied_removals cr where cr.customer_id = target;
  return true;
end
$$;

comment on function app_private.carry_out_removal is
'Cancels at the clinics of this shard the future visits of a customer whom the global database has removed, and ends '
'the entries of waiting lists. Returns false if that was done before. Called by the job carry_out_removal. Refuses '
'clinic_moving while one of these clinics is being moved.';
