create or replace function app_private.refuse_clinics_elsewhere() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  one record;
begin
  for one in
    select th.table_name from app_private.table_homes th
    where th.home = 'clinic' and not exists (
      select from pg_trigger t
      where t.tgrelid = th.table_name::regclass and t.tgname = 'clinics_are_changed_where_they_are')
    order by th.table_name
  loop
    execute format(
      'create trigger clinics_are_changed_where_they_are before insert or update or delete on %s '
      'for each row execute function app_private.refuse_clinic_elsewhere()', one.table_name);
  end loop;
end
$$;

comment on function app_private.refuse_clinics_elsewhere is
'A step of become_shard and become_global: adds the trigger that refuses changes of clinics that are in another '
'database, or are being moved, to all tables of clinics.';
