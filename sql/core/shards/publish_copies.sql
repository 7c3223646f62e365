create or replace function app_private.publish_copies(without_clinic bigint default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  own_home constant text :=
    case when (select i.shard_id from app_private.installation i) is null then 'global' else 'clinic' end;
  tables constant text := (
    select string_agg(th.table_name || case when th.copied_columns <> '{*}'
        then format(' (%s)', (select string_agg(quote_ident(c), ', ') from unnest(th.copied_columns) c)) else '' end
        || case when th.home = 'clinic' and without_clinic is not null
          then format(' where (%I <> %s)', app_private.clinic_column(th.table_name), without_clinic) else '' end,
      ', ' order by th.table_name)
    from app_private.table_homes th where th.home = own_home and th.copied_columns is not null);
  one record;
begin
  if exists (select from pg_publication p where p.pubname = 'medislot_copies') then
    execute 'alter publication medislot_copies set table ' || tables;
  else
    execute 'create publication medislot_copies for table ' || tables;
  end if;
  -- The login of replication reads what is published and nothing else.
  grant usage on schema app_public, app_private to medislot_replication;
  for one in
    select th.table_name, th.home, th.copied_columns from app_private.table_homes th
  loop
    execute format('revoke select on %s from medislot_replication', one.table_name);
    if one.home = own_home and one.copied_columns is not null then
      execute format('grant select %s on %s to medislot_replication',
        case when one.copied_columns <> '{*}'
          then format('(%s)', (select string_agg(quote_ident(c), ', ') from unnest(one.copied_columns) c)) else '' end,
        one.table_name);
    end if;
  end loop;
end
$$;

comment on function app_private.publish_copies is
'Creates or updates the publication medislot_copies with the tables of which other databases have copies '
'(app_private.table_homes): people in the global database, clinics in a shard. Call it again after a migration that '
'adds tables or columns. Rows of `without_clinic` are left out until it is called again, also in the same '
'transaction. The role medislot_replication must exist. Called by npm run shards.';
