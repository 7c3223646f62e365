create or replace function app_private.take_run(clinic_id bigint, run bigint[], customer_id bigint) returns void
language plpgsql volatile
-- Uses a generic plan. Otherwise PostgreSQL plans the statement in each call, since its estimate depends on the length
-- of the list of slots.
set plan_cache_mode = force_generic_plan set jit = off
set search_path = pg_catalog, pg_temp as $$
begin
  update app_public.booking_slots bs
  set status = 'booked', customer_id = take_run.customer_id, held_until = null,
    head_slot_id = nullif(run[1], bs.id)
  where bs.clinic_id = take_run.clinic_id and bs.id = any (run);
end
$$;

comment on function app_private.take_run is
'Books all slots of a run for the customer; the first one is the head of the others. The caller has locked and '
'checked them, and inserts or moves the booking afterwards.';
