create or replace function app_private.become_shard(shard_id int, installation_id uuid) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  known int := (select i.shard_id from app_private.installation i);
  first_id constant bigint := become_shard.shard_id::bigint * 1000000000000;
  one record;
begin
  if become_shard.shard_id is null or become_shard.shard_id not between 1 and 9000 then
    perform app_hidden.refuse('invalid_argument', 'Shards have numbers from 1 to 9000.', '{"argument": "shardId"}');
  elsif known <> become_shard.shard_id then
    perform app_hidden.refuse('shard_not_possible', format('This database is shard %s already.', known),
      jsonb_build_object('because', 'another_shard', 'shardId', known));
  elsif known is null and (
    exists (select from app_public.clinics) or exists (select from app_private.accounts)
    or exists (select from app_public.customers)) then
    perform app_hidden.refuse('shard_not_possible', 'Only an empty database can become a shard.',
      '{"because": "not_empty"}');
  elsif exists (select from app_private.shards) then
    perform app_hidden.refuse('shard_not_possible', 'This is the global database.', '{"because": "global"}');
  end if;
  -- All databases have the id of the installation: a booking has the same ids in other systems wherever it is.
  update app_private.installation i set shard_id = become_shard.shard_id, id = become_shard.installation_id
  where i.shard_id is null;

  -- Ids are unique in the whole installation.
  for one in
    select format('%I.%I', s.schemaname, s.sequencename) as name from pg_sequences s
    where s.schemaname in ('app_public', 'app_private', 'billing', 'billing_private')
      and s.data_type = 'bigint'::regtype and s.min_value <> first_id
  loop
    execute format('alter sequence %s minvalue %s maxvalue %s start with %2$s restart with %2$s',
      one.name, first_id, first_id + 999999999999);
  end loop;

  -- So are the numbers of the keys of links, since keys move with clinics. They are small, because each link contains
  -- one.
  if known is null then
    with own as (delete from app_private.link_keys returning key)
    insert into app_private.link_keys (id, key) overriding system value
    select become_shard.shard_id * 1000 + row_number() over (), own.key from own;
    perform setval('app_private.link_keys_id_seq', (select max(lk.id) from app_private.link_keys lk));
  end if;

  for one in
    select th.table_name from app_private.table_homes th
    where th.home = 'global' and not exists (
      select from pg_trigger t
      where t.tgrelid = th.table_name::regclass and t.tgname = 'people_are_recorded_in_the_global_database')
    order by th.table_name
  loop
    execute format(
      'create trigger people_are_recorded_in_the_global_database before insert or update or delete on %s '
      'for each row execute function app_private.refuse_people_in_shard()', one.table_name);
    execute format(
      'create trigger people_are_not_removed_from_a_shard before truncate on %s '
      'for each statement execute function app_private.refuse_people_in_shard()', one.table_name);
  end loop;

  perform app_private.refuse_clinics_elsewhere();

  -- Replication fires no ordinary triggers, but the clinics' records have to follow the profile, and so do the values
  -- that triggers compute from them. claims_end_when_the_address_changes is left to the global database, since it
  -- changes people.
  execute 'alter table app_public.customers enable always trigger clinics_copies_follow_the_profile';
  for one in
    select t.tgname as name from pg_trigger t
    -- Bits of tgtype: 1 for each row, 2 before.
    where t.tgrelid = 'app_public.clinic_customers'::regclass and not t.tgisinternal and t.tgtype & 3 = 3
      -- Without the second trigger: it would refuse a record with notes when the erased profile arrives, and so stop
      -- all copies. The job carry_out_erasure erases the notes.
      and t.tgname not in ('clinics_are_changed_where_they_are', 'erased_customers_stay_erased')
  loop
    execute format('alter table app_public.clinic_customers enable always trigger %I', one.name);
  end loop;
  execute 'create or replace trigger copied_erasures_are_noted after insert on app_private.erasures '
    'for each row execute function app_private.note_copied_erasure()';
  execute 'alter table app_private.erasures enable replica trigger copied_erasures_are_noted';
  execute 'create or replace trigger copied_removals_are_noted after insert on app_private.removals '
    'for each row execute function app_private.note_copied_removal()';
  execute 'alter table app_private.removals enable replica trigger copied_removals_are_noted';
  perform app_private.note_copied_changes('global');
end
$$;

comment on function app_private.become_shard is
'Makes this empty database a shard of the installation with this id: its ids begin with shard_id * 10^12, changes of '
'people are refused there (not_here), as are those of clinics that moved away, and the records of clinics follow '
'profiles that replication changes. Repeating it adds what a later migration brought. Called by '
'npm run shards. Refuses invalid_argument, shard_not_possible (the detail says why).';
