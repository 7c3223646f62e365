create or replace function app_private.alert_about_network(clinic_id bigint, slot_date date, slots_taken int)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  of_day int;
  is_new boolean;
begin
  select count(*) into of_day from app_public.booking_slots bs
  where bs.clinic_id = alert_about_network.clinic_id and bs.slot_date = alert_about_network.slot_date
    and bs.status <> 'withdrawn';
  if alert_about_network.slots_taken < of_day * (select al.share_of_a_day from app_private.alert_limits al) then
    return;
  end if;
  insert into app_private.network_alerts as na (clinic_id, slot_date, slots_taken, slots_of_day)
  values (alert_about_network.clinic_id, alert_about_network.slot_date, alert_about_network.slots_taken, of_day)
  on conflict on constraint a_clinic_is_alerted_once_a_date do update
    set slots_taken = greatest(na.slots_taken, excluded.slots_taken), slots_of_day = excluded.slots_of_day,
        last_at = now()
  returning na.xmax = 0 into is_new;
  if is_new then
    perform app_private.queue_manager_emails(alert_about_network.clinic_id, 'network_alert',
      jsonb_build_object('date', alert_about_network.slot_date, 'taken', alert_about_network.slots_taken,
        'slots', of_day));
  end if;
end
$$;

comment on function app_private.alert_about_network is
'Alerts a clinic''s desk, and its managers by e-mail, that customers of one network have taken so many slots of a date '
'within a day, if that is a large share of them (app_private.alert_limits). The managers get one e-mail for each date.';
