create or replace function app_private.use_chosen_provider() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  with coming as materialized (
    select c.booking_id from app_public.consultations c
    where c.clinic_id = NEW.clinic_id and c.state in ('wanted', 'ready', 'failed') and c.closes_at > now()
    -- In order of time, as the visits of a series are changed.
    order by c.opens_at, c.booking_id for no key update
  )
  update app_public.consultations c
  set state = 'wanted', attempts = 0, retry_at = case when c.state = 'ready' then now()
    else greatest(c.retry_at, now()) end
  from coming
  where c.clinic_id = NEW.clinic_id and c.booking_id = coming.booking_id;
  return null;
end
$$;

comment on function app_private.use_chosen_provider is
'Trigger: when a clinic chooses another provider, the rooms of its coming online visits are prepared there. The links '
'in messages stay the same.';
