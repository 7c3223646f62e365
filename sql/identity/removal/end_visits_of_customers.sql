create or replace function app_private.end_visits_of_customers(
  customer_ids bigint[], made_until timestamptz default 'infinity')
returns jsonb[]
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  booking app_public.bookings;
  freed jsonb[] := '{}';
begin
  perform app_private.leave_all_waiting_lists(customer_ids);
  -- Bookings are cancelled even after the clinic's cancellation cut-off: the patient will not come, and the clinic sees
  -- it.
  for booking in
    select b.* from app_public.bookings b
    where b.customer_id = any (customer_ids) and b.status in ('booked', 'checked_in') and b.ends_at > now()
      and b.created_at <= end_visits_of_customers.made_until
      -- Copies of bookings in shards, which carry out erasures and removals themselves.
      and not exists (select from app_private.clinic_shards cs where cs.clinic_id = b.clinic_id)
    order by b.clinic_id, b.booking_slot_id
  loop
    freed := freed || jsonb_build_object('clinic', booking.clinic_id, 'by', booking.customer_id,
      'slots', app_private.slots_of_booking(booking));
    perform app_private.end_booking(booking.clinic_id, booking.id, 'customer', 'customer removed');
  end loop;

  -- A customer who has left is not offered another time.
  update app_public.rebooking_list rl set resolved_at = now(), resolution = 'ended'
  where (rl.clinic_id, rl.open_booking_id) in (
    select b.clinic_id, b.id from app_public.bookings b
    where b.customer_id = any (customer_ids) and b.status = 'cancelled');
  return freed;
end
$$;

comment on function app_private.end_visits_of_customers is
'Cancels the bookings ahead of customers who leave, if they were made until then, and their entries of waiting lists, '
'in this database. The caller has called lock_customers_to_remove. Returns what became free, for offer_freed_visits at '
'the end of the caller''s work.';
