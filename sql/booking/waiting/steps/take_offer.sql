create or replace function app_private.take_offer(
  offer app_public.slot_offers, answers jsonb, idempotency_key text) returns app_public.bookings
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  entry app_public.waiting_list;
  moves boolean;
begin
  select w.* into entry from app_public.waiting_list w where w.clinic_id = offer.clinic_id and w.id = offer.waiting_id;
  moves := exists (
    select from app_public.bookings b
    where b.clinic_id = entry.clinic_id and b.id = entry.booking_id and b.status = 'booked');
  if moves then
    -- The slots that this frees are offered in turn.
    return app_public.reschedule_booking(entry.clinic_id, entry.booking_id, offer.booking_slot_id,
      take_offer.idempotency_key);
  end if;
  return app_public.book_slot(entry.clinic_id, offer.booking_slot_id, offer.customer_id,
    idempotency_key => take_offer.idempotency_key, service_id => entry.service_id, answers => take_offer.answers);
end
$$;

comment on function app_private.take_offer is
'Books what was offered, or moves the booking of the entry to it. The functions that it calls check the caller''s '
'right, lock, and refuse. A trigger of booking_slots then ends the offers.';
