create or replace function app_private.refuse_change_of_history() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform app_hidden.refuse('immutable_column', 'Events are only ever added.', jsonb_build_object('table', TG_TABLE_NAME));
  return null;
end
$$;

comment on function app_private.refuse_change_of_history() is 'Trigger: refuses (immutable_column) to change or delete events.';

revoke all on function app_private.refuse_change_of_history() from public;
