create or replace function app_private.refuse_people_in_shard() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if TG_LEVEL = 'ROW' and current_setting('medislot.migrates', true) = 'on' then
    return null;
  end if;
  perform app_hidden.refuse('not_here', 'People are recorded in the global database. This is a shard.',
    jsonb_build_object('table', TG_TABLE_NAME));
  return null;
end
$$;

comment on function app_private.refuse_people_in_shard is
'Trigger on the global tables in a shard: refuses (not_here) every change, so that nobody exists twice. Replication '
'does not fire it. Statements of migrations skip such rows: the same migration changes them in the global database, '
'and they are copied. Created by app_private.become_shard.';
