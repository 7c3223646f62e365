create or replace function app_private.customers_of_person(customer_id bigint) returns bigint[]
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  own bigint[] := app_private.own_ids(customers_of_person.customer_id);
  dependants bigint[] := array(
    select coalesce(d.merged_into_id, d.id)
    from app_public.guardianships g join app_public.customers d on d.id = g.dependant_customer_id
    where g.guardian_customer_id = any (own) and g.ended_at is null and (g.until is null or g.until > current_date));
begin
  if dependants = '{}' then
    return own;
  end if;
  return array(
    select unnest(own) union select unnest(dependants)
    union select m.id from app_public.customers m where m.merged_into_id = any (dependants));
end
$$;

comment on function app_private.customers_of_person is
'All customers for whom a person acts: the person''s own ids and those of their dependants, as long as the '
'guardianships last. person_of sets the claim medislot.customer_ids to it, and does not call it for persons who have '
'neither dependants nor merged records.';
