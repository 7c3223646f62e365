create or replace function app_private.check_calendar_origin() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  reason constant text := app_private.public_url_fault(NEW.origin);
begin
  if reason is not null then
    perform app_hidden.refuse('calendar_address_refused', 'A calendar needs an https address on the public internet.',
      jsonb_build_object('argument', 'calendar', 'reason', reason));
  end if;
  return NEW;
end
$$;

comment on function app_private.check_calendar_origin is
'Trigger: refuses (calendar_address_refused) a calendar whose address cannot be parsed and, in production, one that '
'is not https or whose host is inside a network.';
