create or replace function app_public.network_alerts(clinic_id bigint) returns setof app_public.network_alert
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_private.require_clinic_role(network_alerts.clinic_id, 'staff');
  return query
    select na.clinic_id, na.slot_date, na.slots_taken, na.slots_of_day, na.first_at, na.last_at
    from app_private.network_alerts na
    where na.clinic_id = network_alerts.clinic_id and na.dismissed_at is null
    order by na.slot_date;
end
$$;

comment on function app_public.network_alerts is
'Dates of a clinic for which customers of one network have taken a large part of the slots within a day. Dates that '
'the desk has dismissed are left out. For the clinic''s staff. Refuses forbidden.';

grant execute on function app_public.network_alerts to app_staff;
