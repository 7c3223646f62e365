create or replace function app_private.free_slots(clinic_id bigint, slot_ids bigint[]) returns void
language plpgsql volatile
-- Uses a generic plan. Otherwise PostgreSQL plans the statement in each call, since its estimate depends on the length
-- of the list of slots.
set plan_cache_mode = force_generic_plan set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  update app_public.booking_slots bs
  -- Bookings with an inactive doctor may be cancelled or moved, but an inactive doctor has no open slots.
  set status = (case when d.is_active then 'open' else 'withdrawn' end)::app_public.slot_status, customer_id = null,
    head_slot_id = null,
    -- A template that was reserved for another service meanwhile did not change the slot while it was booked.
    service_id = case when bs.from_template then (
        select t.service_id from app_public.doctor_slot_templates t
        where t.clinic_id = bs.clinic_id and t.doctor_id = bs.doctor_id and t.time_slot_id = bs.time_slot_id
          and t.service_id is not null
          and t.weekday = extract(isodow from bs.slot_date) and t.validity @> bs.slot_date)
      else bs.service_id end
  from app_public.doctors d
  where bs.clinic_id = free_slots.clinic_id and bs.id = any (slot_ids)
    and d.clinic_id = bs.clinic_id and d.id = bs.doctor_id;
end
$$;

comment on function app_private.free_slots is
'Frees the booked slots, locked by the caller, of a booking that was cancelled or moved: they are open again, or '
'withdrawn if their doctor is no longer active, and reserved for the service that their template says.';
