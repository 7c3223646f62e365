create or replace function app_private.resolve_withdrawn() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- One new booking resolves one entry, preferably one with the same doctor. Two bookings at the same time resolve two
  -- entries: locked entries are skipped.
  update app_public.rebooking_list rl set resolved_at = now(), resolution = 'rebooked'
  where rl.clinic_id = NEW.clinic_id and rl.id = (
    select waiting.id
    from app_public.bookings b
    join app_public.rebooking_list waiting on waiting.clinic_id = b.clinic_id and waiting.open_booking_id = b.id
    where b.clinic_id = NEW.clinic_id and b.customer_id = NEW.customer_id and b.status = 'cancelled'
      and waiting.reason = 'slot_withdrawn'
    order by b.doctor_id <> NEW.doctor_id, b.starts_at, waiting.id
    limit 1 for update of waiting skip locked);
  return null;
end
$$;

comment on function app_private.resolve_withdrawn is
'Trigger: when a patient books again, one of the patient''s rebooking entries for bookings that the clinic cancelled '
'is resolved.';
