create or replace function app_private.replace_slots(clinic_id bigint, slot_ids bigint[], durings tstzrange[])
returns setof app_public.booking_slots
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  replaced app_public.booking_slots[];
begin
  select array_agg(bs order by bs.id) into replaced
  from app_public.booking_slots bs where bs.clinic_id = replace_slots.clinic_id and bs.id = any (slot_ids);
  -- The old slots give up their places first: two slots cannot have the same time, nor the same doctor, time slot and
  -- date.
  update app_public.booking_slots bs
  set status = 'withdrawn', superseded = true, customer_id = null, held_until = null, withdrawn_for_absence_id = null
  where bs.clinic_id = replace_slots.clinic_id and bs.id = any (slot_ids);
  return query
    insert into app_public.booking_slots as bs (clinic_id, doctor_id, time_slot_id, slot_date, during, status,
      from_template, service_id, withdrawn_for_absence_id)
    select old.clinic_id, old.doctor_id, old.time_slot_id, old.slot_date, w.during,
      (case when by_hand or absence_id is not null then 'withdrawn' else 'open' end)::app_public.slot_status,
      old.from_template, old.service_id, case when not by_hand then absence_id end
    from unnest(replaced) old
    join unnest(slot_ids, durings) w (id, during) on w.id = old.id
    cross join lateral (
      select old.status = 'withdrawn' and old.withdrawn_for_absence_id is null as by_hand,
        app_private.absence_covering(old.clinic_id, old.doctor_id, w.during) as absence_id) now_withdrawn
    where upper(w.during) > now()
    order by old.doctor_id, w.during
    on conflict do nothing
    returning bs.*;
end
$$;

comment on function app_private.replace_slots is
'Replaces each of these slots by a new slot with another range, because the range of a slot never changes. The '
'caller has locked them, and none has a booking. The old slot is superseded; the new one is withdrawn if the old one '
'was withdrawn by hand or an absence covers it, otherwise open. Returns the new slots. None is made where `durings` is '
'null or in the past, or where the doctor has another slot.';
