create or replace function app_private.removed_with(customer_id bigint) returns bigint[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  person constant bigint[] := removed_with.customer_id || array(
    select c.id from app_public.customers c where c.merged_into_id = removed_with.customer_id);
  everyone constant bigint[] := person || app_private.dependants_only_of(person);
begin
  return array(
    select c.id from app_public.customers c
    where c.id = any (everyone) or c.merged_into_id = any (everyone)
    order by c.id);
end
$$;

comment on function app_private.removed_with is
'The ids of the customers whose visits and entries of waiting lists end when a customer is removed: the customer, the '
'dependants who have no other guardian, and the records that were merged into them.';
