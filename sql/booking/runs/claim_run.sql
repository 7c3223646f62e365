create or replace function app_private.claim_run(
  slot app_public.booking_slots, service app_public.services, customer_id bigint)
returns bigint[]
language plpgsql volatile
-- Uses a generic plan. Otherwise PostgreSQL plans the statement in each call, since its estimate depends on the length
-- of the list of slots.
set plan_cache_mode = force_generic_plan set jit = off
set search_path = pg_catalog, pg_temp as $$
declare
  run constant bigint[] := app_private.run_of(slot, service);
begin
  -- Checked without a lock first, as in book_slot.
  perform app_private.assert_run_claimable(slot.clinic_id, run, service.id, claim_run.customer_id);
  -- All in one statement and by id, whatever their order in time: two runs that overlap never wait for each other.
  perform from app_public.booking_slots bs
  where bs.clinic_id = slot.clinic_id and bs.id = any (run)
  order by bs.id for update;
  perform app_private.assert_run_claimable(slot.clinic_id, run, service.id, claim_run.customer_id);
  return run;
end
$$;

comment on function app_private.claim_run is
'Locks the run for a visit of this service that begins with the slot, and returns the ids of its slots in order of '
'time. `service` is a result of app_private.offered_service. Refuses run_not_free, slot_taken, slot_held, '
'slot_offered, slot_withdrawn, slot_reserved.';
