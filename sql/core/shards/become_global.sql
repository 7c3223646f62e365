create or replace function app_private.become_global() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from app_private.installation i where i.shard_id is not null) then
    perform app_hidden.refuse('shard_not_possible', 'This database is a shard, so it cannot be the global one.',
      '{"because": "another_shard"}');
  end if;
  execute 'create or replace trigger copied_clinics_are_in_the_map after insert on app_public.clinics '
    'for each row execute function app_private.map_copied_clinic()';
  execute 'alter table app_public.clinics enable replica trigger copied_clinics_are_in_the_map';
  execute 'create or replace trigger employment_is_noted after insert or update or delete on app_public.employees '
    'for each row execute function app_private.note_employment()';
  execute 'alter table app_public.employees enable always trigger employment_is_noted';
  update app_private.accounts a set works_elsewhere = true
  where not a.works_elsewhere and a.id in (select e.account_id from app_public.employees e where e.is_active);
  execute 'create or replace trigger specializations_are_kept before delete on app_public.specializations '
    'for each row execute function app_private.keep_specialization()';
  perform app_private.refuse_clinics_elsewhere();
  perform app_private.note_copied_changes('clinic');
end
$$;

comment on function app_private.become_global is
'Makes this database the global one of an installation with shards: copies of clinics that arrive are entered in the '
'map, changes of such clinics are refused (not_here), accounts record whether they work at a clinic, and '
'specializations can no longer be deleted (specialization_kept). Its own clinics stay in it. The call can be '
'repeated. Called by npm run shards. Refuses shard_not_possible.';
