create or replace function app_private.refuse_change_of_history() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- The only exception: erasing free text about a person.
  if TG_OP = 'UPDATE' and TG_NARGS = 1 and current_setting('medislot.erasing', true) = 'on'
     and to_jsonb(NEW) = to_jsonb(OLD) || jsonb_build_object(TG_ARGV[0], null) then
    return NEW;
  end if;
  perform app_hidden.refuse('immutable_column', 'History is only ever added to.',
    jsonb_build_object('table', TG_TABLE_NAME));
  return null;
end
$$;

comment on function app_private.refuse_change_of_history is
'Trigger: refuses (immutable_column) changes and deletions of events and their seals. Only app_private.erase_reasons '
'may change them: it may empty the column named by the argument.';
