create or replace function app_private.note_copied_changes(home text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  one record;
begin
  for one in
    select th.table_name from app_private.table_homes th
    where th.home = note_copied_changes.home and th.copied_columns is not null and exists (
      select from pg_trigger t
      where t.tgrelid = th.table_name::regclass and t.tgfoid = 'app_private.note_catalogue_change'::regproc)
    order by th.table_name
  loop
    execute format(
      'create or replace trigger changes_of_copies_are_noted after insert or update or delete on %s '
      'for each row execute function app_private.note_catalogue_change()', one.table_name);
    execute format('alter table %s enable replica trigger changes_of_copies_are_noted', one.table_name);
  end loop;
end
$$;

comment on function app_private.note_copied_changes is
'A step of become_shard and become_global: creates triggers that note changes of the catalogue when they arrive by '
'replication, on the tables with this home. They are row-level triggers, since replication fires no statement-level '
'ones.';
