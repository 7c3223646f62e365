create or replace function app_private.keep_who_closed_clinic() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not NEW.is_active then
    NEW.closed_by_operator := app_private.caller_is_operator();
  elsif OLD.closed_by_operator and not app_private.caller_is_operator() then
    perform app_hidden.refuse('forbidden', 'An administrator closed this clinic, and an administrator opens it again.',
      jsonb_build_object('clinicId', OLD.id::text));
  else
    NEW.closed_by_operator := false;
  end if;
  return NEW;
end
$$;

comment on function app_private.keep_who_closed_clinic() is
'Trigger: notes who closes a clinic, and refuses (forbidden) its managers to open again what an operator closed.';

revoke all on function app_private.keep_who_closed_clinic() from public;
