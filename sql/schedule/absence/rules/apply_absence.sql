create or replace function app_private.apply_absence(absence app_public.absences, before tstzrange default null)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  slot_ids bigint[];
begin
  perform app_private.lock_slots_in_absence(absence.clinic_id, absence.doctor_id, absence.during);
  slot_ids := app_private.slots_in_absence(absence.clinic_id, absence.doctor_id, absence.during);
  perform app_private.set_event_reason('doctor absent');
  -- A hold on slots of which only some are covered ends as a whole.
  update app_public.booking_slots bs
  set status = (case when bs.during && absence.during then 'withdrawn' else 'open' end)::app_public.slot_status,
    withdrawn_for_absence_id = case when bs.during && absence.during then absence.id end,
    customer_id = null, held_until = null
  where bs.clinic_id = absence.clinic_id and bs.id = any (slot_ids) and bs.status in ('open', 'held')
    and bs.ends_at > now();
  perform app_private.set_event_reason(null);
  insert into app_public.rebooking_list as rl (clinic_id, booking_id, booking_slot_id, reason)
  select b.clinic_id, b.id, b.booking_slot_id, 'doctor_absent'
  from app_public.bookings b
  where b.clinic_id = absence.clinic_id and b.active_booking_slot_id = any (slot_ids) and b.status = 'booked'
    and b.ends_at > now() and (before is null or not b.during && before)
  -- If it is listed already, because no template has its time any more, the entry now says that the doctor is absent.
  on conflict on constraint a_booking_is_listed_once_at_a_time do update set reason = 'doctor_absent'
    where rl.reason <> 'slot_withdrawn';
end
$$;

comment on function app_private.apply_absence is
'Withdraws the open and held slots that an absence covers and puts the visits that are booked in it on the rebooking '
'list, apart from those that were in its former time (`before`) if it was changed. The caller holds lock_schedule. '
'Fails with 40001 as lock_slots_in_absence does.';
