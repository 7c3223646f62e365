create or replace function app_private.record_who_closed_clinic() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not NEW.is_active then
    NEW.closed_by_operator := app_private.caller_is_operator();
  elsif OLD.closed_by_operator and not app_private.caller_is_operator() then
    perform app_hidden.refuse('forbidden',
      'An administrator deactivated this clinic. Only an administrator can activate it again.',
      jsonb_build_object('clinicId', OLD.id::text));
  else
    NEW.closed_by_operator := false;
  end if;
  return NEW;
end
$$;

comment on function app_private.record_who_closed_clinic is
'Trigger: records whether an operator deactivated a clinic. Refuses (forbidden) its managers to activate a clinic '
'that an operator deactivated.';
