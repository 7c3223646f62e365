create or replace function app_private.ids_of_person(customer_id bigint) returns bigint[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  ids bigint[];
begin
  -- One statement, since every booking runs it.
  select array(select m.id from app_public.customers m where m.merged_into_id = coalesce(c.merged_into_id, c.id))
    || coalesce(c.merged_into_id, c.id)
  into ids
  from app_public.customers c where c.id = ids_of_person.customer_id;
  return coalesce(ids, '{}');
end
$$;

comment on function app_private.ids_of_person is
'All ids of the person that a customer is: those that were merged into one customer, and this one, which comes last. '
'Most people have one id.';
