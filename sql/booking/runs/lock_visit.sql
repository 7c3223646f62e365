create or replace function app_private.lock_visit(clinic_id bigint, booking_slot_id bigint)
returns app_public.booking_slots
language plpgsql volatile
-- Uses a generic plan. Otherwise PostgreSQL plans the statement in each call, since its estimate depends on the length
-- of the list of slots.
set plan_cache_mode = force_generic_plan set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  slot app_public.booking_slots;
  ids constant bigint[] := app_private.slots_of_visit(lock_visit.clinic_id, lock_visit.booking_slot_id);
begin
  perform from app_public.booking_slots bs
  where bs.clinic_id = lock_visit.clinic_id and bs.id = any (ids)
  order by bs.id for update;
  if not app_private.slots_of_visit(lock_visit.clinic_id, lock_visit.booking_slot_id) <@ ids then
    -- It was booked or held together with others before the lock was taken. Locking those now would be in the wrong
    -- order.
    raise exception 'booking slot % became part of a visit meanwhile', lock_visit.booking_slot_id
      using errcode = 'serialization_failure';
  end if;
  return app_private.lock_slot(lock_visit.clinic_id, lock_visit.booking_slot_id);
end
$$;

comment on function app_private.lock_visit is
'Locks a slot together with the other slots of its booking or hold, and returns it. Refuses slot_not_found; fails '
'with 40001 if the slot becomes part of a longer visit at the same moment: repeat the call.';
