create or replace function app_private.lock_records_of_person(clinic_id bigint, customer_id bigint) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  is_known boolean;
begin
  -- Every booking runs this. Most people have only one id, and finding that out is half as expensive as calling
  -- ids_of_person.
  if not exists (
       select from app_public.customers c
       where c.id = lock_records_of_person.customer_id and c.merged_into_id is not null
       union all
       select from app_public.customers c where c.merged_into_id = lock_records_of_person.customer_id) then
    perform from app_public.clinic_customers cc
    where cc.clinic_id = lock_records_of_person.clinic_id and cc.customer_id = lock_records_of_person.customer_id
    for no key update;
    return found;
  end if;
  select bool_or(locked.id = lock_records_of_person.customer_id) into is_known
  from (
    select cc.customer_id as id from app_public.clinic_customers cc
    where cc.clinic_id = lock_records_of_person.clinic_id
      and cc.customer_id = any (app_private.ids_of_person(lock_records_of_person.customer_id))
    order by cc.customer_id for no key update) locked;
  return coalesce(is_known, false);
end
$$;

comment on function app_private.lock_records_of_person is
'Locks a clinic''s records of a person, under all ids that were merged, in the order of their ids. This serializes '
'whatever counts or compares the person''s bookings in the clinic. Returns whether the clinic has a record of this '
'customer. Call it after the customer was locked.';
