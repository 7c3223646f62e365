create or replace function app_private.clear_reason_of_active_endpoint() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if NEW.is_active then
    NEW.disabled_because := null;
  end if;
  return NEW;
end
$$;

comment on function app_private.clear_reason_of_active_endpoint is
'Trigger: clears the reason why an endpoint was switched off when it is switched on again.';
