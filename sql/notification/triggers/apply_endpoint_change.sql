create or replace function app_private.apply_endpoint_change() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if not NEW.is_active then
    with pending as materialized (
      select n.id from app_public.notifications n
      where n.clinic_id = NEW.clinic_id and n.endpoint_id = NEW.id and n.state = 'pending'
      order by n.id for no key update
    )
    update app_public.notifications n set state = 'dropped', dropped_because = 'endpoint_inactive'
    from pending p
    where n.clinic_id = NEW.clinic_id and n.id = p.id;
    if NEW.disabled_because is not null then
      perform app_private.queue_manager_emails(NEW.clinic_id, 'webhook_disabled',
        jsonb_build_object('url', NEW.url, 'because', NEW.disabled_because));
    end if;
  else
    -- It has been repaired or has another address, so earlier failures no longer count.
    delete from app_private.webhook_health h where h.clinic_id = NEW.clinic_id and h.endpoint_id = NEW.id;
  end if;
  return null;
end
$$;

comment on function app_private.apply_endpoint_change is
'Trigger: when an endpoint is switched off, its pending messages are dropped and, if medislot switched it off, the '
'clinic''s managers get an e-mail. When it is switched on again or gets another address, earlier failures no longer '
'delay it.';
