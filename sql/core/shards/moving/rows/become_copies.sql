create or replace function app_private.become_copies(clinic_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  one record;
begin
  for one in
    select th.table_name, string_agg(format('%I = default', c.name), ', ' order by c.name) as defaults
    from app_private.table_homes th
    cross join unnest(app_private.columns_not_copied(th.table_name)) c (name)
    where th.home = 'clinic'
    group by th.table_name order by th.table_name
  loop
    execute format('update %s set %s where clinic_id = $1', one.table_name, one.defaults) using become_copies.clinic_id;
  end loop;
end
$$;

comment on function app_private.become_copies is
'Turns rows of a clinic in the global database into copies: resets the columns that copies lack. Call it while '
'triggers are off.';
