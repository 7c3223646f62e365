create or replace function app_private.use_chosen_provider() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  update app_public.consultations c
  set state = 'wanted', attempts = 0, retry_at = case when c.state = 'ready' then now()
    else greatest(c.retry_at, now()) end
  where c.clinic_id = NEW.clinic_id and c.state in ('wanted', 'ready', 'failed') and c.closes_at > now();
  return null;
end
$$;

comment on function app_private.use_chosen_provider is
'Trigger: when a clinic chooses another provider, the rooms of its coming online visits are prepared there. The links '
'in messages stay the same.';
