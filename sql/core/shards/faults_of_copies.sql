create or replace function app_private.faults_of_copies() returns setof text
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  own_shard constant int := (select i.shard_id from app_private.installation i);
  own_home constant text := case when own_shard is null then 'global' else 'clinic' end;
begin
  return query
    select format('%s is not published as app_private.table_homes says', th.table_name)
    from app_private.table_homes th
    left join pg_publication_tables p
      on p.pubname = 'medislot_copies' and p.schemaname || '.' || p.tablename = th.table_name
    where (th.home = own_home and th.copied_columns is not null) <> (p.tablename is not null)
      or p.tablename is not null and exists (
        select from pg_attribute a
        where a.attrelid = th.table_name::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
          and (th.copied_columns = '{*}' or a.attname = any (th.copied_columns)) <> (a.attname = any (p.attnames)))
    order by th.table_name;
  return query
    select format('the subscription %s is disabled', s.subname) from pg_subscription s
    where s.subdbid = (select d.oid from pg_database d where d.datname = current_database())
      and s.subname like 'medislot\_%' and not s.subenabled
    order by s.subname;
  return query
    select format('%s is not subscribed to, or not copied yet, by %s', th.table_name, s.subname)
    from pg_subscription s
    join app_private.table_homes th on th.home <> own_home and th.copied_columns is not null
    left join pg_subscription_rel r on r.srsubid = s.oid and r.srrelid = th.table_name::regclass
    where s.subdbid = (select d.oid from pg_database d where d.datname = current_database())
      and s.subname like 'medislot\_%' and r.srsubstate is distinct from 'r'
    order by s.subname, th.table_name;
  return query
    select format('%s can be written here for clinics that are elsewhere', th.table_name)
    from app_private.table_homes th
    where th.home = 'clinic' and (own_shard is not null or exists (select from app_private.shards)) and not exists (
      select from pg_trigger t
      where t.tgrelid = th.table_name::regclass and t.tgname = 'clinics_are_changed_where_they_are'
        and t.tgenabled = 'O')
    order by th.table_name;
  return query
    select format('clinic %s is still moving: run npm run shards -- move %1$s %2$s again', cm.clinic_id,
      coalesce(nullif(cm.to_shard, 0)::text, 'global'))
    from app_private.clinic_moves cm where cm.state <> 'gone' order by cm.clinic_id;
  return query
    select format('%s erased people still have data at clinics here, since the job carry_out_erasure has not run or '
      'has failed for them', count(*))
    from app_private.copied_erasures ce where ce.arrived_at < now() - interval '15 minutes'
    having count(*) > 0;
  return query
    select format('%s removed customers still have visits at clinics here, since the job carry_out_removal has not run '
      'or has failed for them', count(*))
    from app_private.copied_removals cr where cr.arrived_at < now() - interval '15 minutes'
    having count(*) > 0;
  if own_shard is null and exists (select from app_private.shards) then
    return query
      select format('%s accounts do not say rightly whether they work at a clinic', count(*))
      from app_private.accounts a
      where a.works_elsewhere <> exists (
        select from app_public.employees e where e.account_id = a.id and e.is_active)
      having count(*) > 0;
  end if;
  if own_shard is not null then
    return query
      select format('%s can be written here, although people are recorded in the global database', th.table_name)
      from app_private.table_homes th
      where th.home = 'global' and not exists (
        select from pg_trigger t
        where t.tgrelid = th.table_name::regclass and t.tgname = 'people_are_recorded_in_the_global_database'
          and t.tgenabled = 'O')
      order by th.table_name;
    return query
      select format('%I.%I gives ids that are not of this shard', s.schemaname, s.sequencename)
      from pg_sequences s
      where s.schemaname in ('app_public', 'app_private', 'billing', 'billing_private')
        and s.data_type = 'bigint'::regtype and s.min_value <> own_shard::bigint * 1000000000000
      order by 1;
  end if;
end
$$;

comment on function app_private.faults_of_copies is
'The faults of this database in an installation with shards, one sentence each: of publications, subscriptions, the '
'triggers that refuse changes of rows that belong to another database, and the ranges of a shard''s ids. For npm run '
'shards -- check and for people in psql.';
