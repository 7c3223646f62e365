create or replace function app_private.settle_people(used bigint[], unused bigint[]) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  person bigint;
  removed int := 0;
begin
  delete from app_private.people_of_shards ps where ps.customer_id = any (used);
  for person in
    select c.id from app_public.customers c
    join app_private.people_of_shards ps on ps.customer_id = c.id
    where c.id = any (unused) and c.account_id is null
    order by c.id for update of c
  loop
    begin
      delete from app_public.customers c where c.id = person;
    exception when foreign_key_violation then
      -- The customer was merged, for example.
      perform app_public.erase_customer(person);
      delete from app_private.people_of_shards ps where ps.customer_id = person;
    end;
    removed := removed + 1;
  end loop;
  return removed;
end
$$;

comment on function app_private.settle_people is
'Keeps or removes these customers, whom the global database has recorded for shards: used ones stay; unused ones are '
'removed, or erased if something refers to them. Returns how many were removed. Called by the job settle_people.';
