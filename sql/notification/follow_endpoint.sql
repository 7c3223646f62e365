create or replace function app_private.follow_endpoint() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if not NEW.is_active then
    update app_public.notifications n set state = 'dropped', dropped_because = 'endpoint_inactive'
    where n.clinic_id = NEW.clinic_id and n.endpoint_id = NEW.id and n.state = 'pending';
    if NEW.disabled_because is not null then
      perform app_private.queue_manager_emails(NEW.clinic_id, 'webhook_disabled',
        jsonb_build_object('url', NEW.url, 'because', NEW.disabled_because));
    end if;
  else
    -- Mended, or another address: judged anew.
    delete from app_private.webhook_health h where h.clinic_id = NEW.clinic_id and h.endpoint_id = NEW.id;
  end if;
  return null;
end
$$;

comment on function app_private.follow_endpoint() is
'Trigger: what waits for an endpoint that is switched off is dropped, and when medislot switched it off its managers are written to. One that is switched on again or has another address is not held back by earlier failures.';

revoke all on function app_private.follow_endpoint() from public;
