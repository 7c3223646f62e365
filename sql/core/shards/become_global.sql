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
  perform app_private.refuse_clinics_elsewhere();
  perform app_private.note_copied_changes('clinic');
end
$$;

comment on function app_private.become_global is
'Makes this database the global one of an installation with shards: copies of clinics that arrive are entered in the '
'map, and changes of such clinics are refused (not_here). Its own clinics stay in it. May be repeated. Called by '
'npm run shards. Refuses shard_not_possible.';
