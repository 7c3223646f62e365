create or replace function app_private.replace_slots(clinic_id bigint, slot_ids bigint[], durings tstzrange[])
returns setof app_public.booking_slots
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  replaced app_public.booking_slots[];
begin
  select array_agg(bs order by bs.id) into replaced
  from app_public.booking_slots bs where bs.clinic_id = replace_slots.clinic_id and bs.id = any (slot_ids);
  -- The old slots give up their places first: neither the time nor the place of a slot can be had twice.
  update app_public.booking_slots bs set status = 'withdrawn', superseded = true, customer_id = null, held_until = null
  where bs.clinic_id = replace_slots.clinic_id and bs.id = any (slot_ids);
  return query
    insert into app_public.booking_slots as bs (clinic_id, doctor_id, time_slot_id, slot_date, during, status, from_template)
    select old.clinic_id, old.doctor_id, old.time_slot_id, old.slot_date, w.during,
      (case old.status when 'withdrawn' then 'withdrawn' else 'open' end)::app_public.slot_status, old.from_template
    from unnest(replaced) old
    join unnest(slot_ids, durings) w (id, during) on w.id = old.id
    where upper(w.during) > now()
    order by old.doctor_id, w.during
    on conflict do nothing
    returning bs.*;
end
$$;

comment on function app_private.replace_slots(bigint, bigint[], tstzrange[]) is
'Puts a new slot at other hours in the place of each of these slots, which the caller has locked and which no booking has: the hours of a slot never change. The old slot is superseded; the new one is withdrawn if the old one was, and else open. Returns the new slots. None is made where `durings` has null, an hour that has passed, or one at which the doctor has another slot.';

revoke all on function app_private.replace_slots(bigint, bigint[], tstzrange[]) from public;
