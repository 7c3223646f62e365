create or replace function app_private.free_slot(clinic_id bigint, booking_slot_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  update app_public.booking_slots bs
  -- A visit that its doctor left behind may be cancelled or moved, but an inactive doctor has no open slots.
  set status = (case when d.is_active then 'open' else 'withdrawn' end)::app_public.slot_status, customer_id = null
  from app_public.doctors d
  where bs.clinic_id = free_slot.clinic_id and bs.id = free_slot.booking_slot_id
    and d.clinic_id = bs.clinic_id and d.id = bs.doctor_id;
end
$$;

comment on function app_private.free_slot(bigint, bigint) is
'Frees a booked slot, locked by the caller, whose booking was cancelled or moved: it is open again, or withdrawn if its doctor is no longer active.';

revoke all on function app_private.free_slot(bigint, bigint) from public;
