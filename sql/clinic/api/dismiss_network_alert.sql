create or replace function app_public.dismiss_network_alert(clinic_id bigint, slot_date date)
returns app_public.network_alert
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  alert app_public.network_alert;
begin
  perform app_private.require_clinic_role(dismiss_network_alert.clinic_id, 'desk');
  update app_private.network_alerts na
  set dismissed_at = now(), dismissed_by_account_id = app_hidden.current_account_id()
  where na.clinic_id = dismiss_network_alert.clinic_id and na.slot_date = dismiss_network_alert.slot_date
    and na.dismissed_at is null
  returning na.clinic_id, na.slot_date, na.slots_taken, na.slots_of_day, na.first_at, na.last_at into alert;
  if alert.clinic_id is null then
    perform app_hidden.refuse('alert_not_found', 'There is no alert about this date.',
      jsonb_build_object('slotDate', dismiss_network_alert.slot_date));
  end if;
  return alert;
end
$$;

comment on function app_public.dismiss_network_alert is
'Dismisses the alert about a date: the desk has looked at the bookings. There is no second alert about the same date. '
'For the desk. Refuses forbidden, alert_not_found.';

grant execute on function app_public.dismiss_network_alert to app_staff;
