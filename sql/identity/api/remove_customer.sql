create or replace function app_public.remove_customer(
  customer_id bigint, "cascade" boolean default false, row_version int default null)
returns app_public.customers
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  customer app_public.customers;
  live_bookings jsonb;
  booking app_public.bookings;
  ids bigint[];
  dependant bigint;
  freed jsonb[] := '{}';
begin
  perform app_private.require_own_customer(remove_customer.customer_id);
  -- The customer is locked first, as in the booking functions, so that no new booking can be made meanwhile.
  perform app_private.lock_customers_to_remove(remove_customer.customer_id);
  select c.* into customer from app_public.customers c where c.id = remove_customer.customer_id;
  if customer.id is null then
    perform app_hidden.refuse('customer_not_found', 'No such customer.',
      jsonb_build_object('customerId', remove_customer.customer_id::text));
  end if;
  -- The visits under ids that were merged are the person's, too.
  ids := array(select c.id from app_public.customers c where c.merged_into_id = customer.id order by c.id)
    || customer.id;
  perform app_private.require_version('customers', remove_customer.row_version, customer.row_version);

  select jsonb_agg(
    jsonb_build_object('bookingId', b.id::text, 'clinicId', b.clinic_id::text, 'startsAt', b.starts_at)
    order by b.starts_at, b.id) into live_bookings
  from app_public.bookings b
  where b.customer_id = any (ids) and b.status in ('booked', 'checked_in') and b.ends_at > now();
  if live_bookings is not null and not remove_customer."cascade" then
    perform app_hidden.refuse('still_in_use',
      format('This customer has %s live bookings.', jsonb_array_length(live_bookings)),
      jsonb_build_object('liveBookings', live_bookings));
  end if;
  perform app_private.leave_all_waiting_lists(ids);
  -- Bookings are cancelled even after the clinic's cancellation cut-off: the patient will not come, and the clinic sees
  -- it.
  for booking in
    select b.* from app_public.bookings b
    where b.customer_id = any (ids) and b.status in ('booked', 'checked_in') and b.ends_at > now()
    order by b.clinic_id, b.booking_slot_id
  loop
    freed := freed || jsonb_build_object('clinic', booking.clinic_id, 'by', booking.customer_id,
      'slots', app_private.slots_of_booking(booking));
    perform app_private.end_booking(booking.clinic_id, booking.id, 'customer', 'customer removed');
  end loop;

  -- A customer who has left is not offered another time.
  update app_public.rebooking_list rl set resolved_at = now(), resolution = 'ended'
  where (rl.clinic_id, rl.open_booking_id) in (
    select b.clinic_id, b.id from app_public.bookings b where b.customer_id = any (ids) and b.status = 'cancelled');
  foreach dependant in array app_private.dependants_only_of(ids) loop
    perform app_public.remove_customer(dependant, remove_customer."cascade");
  end loop;
  -- The clinics go on with the records that they made.
  update app_public.customers c set merged_into_id = null where c.merged_into_id = customer.id;
  update app_public.customers c set is_active = false where c.id = customer.id returning c.* into customer;
  -- The account ends with its customer, unless it belongs to an administrator or an active employee.
  update app_private.accounts a set is_active = false
  where a.id = customer.account_id and not a.is_admin
    and not exists (select from app_public.employees e where e.account_id = a.id and e.is_active);
  if found then
    update app_private.sessions s set revoked_at = now()
    where s.account_id = customer.account_id and s.revoked_at is null;
  end if;
  perform app_private.offer_freed_slots((f ->> 'clinic')::bigint,
    array(select jsonb_array_elements_text(f -> 'slots')::bigint), (f ->> 'by')::bigint)
  from unnest(freed) f;
  return customer;
end
$$;

comment on function app_public.remove_customer is
'Deactivates a customer and signs them out permanently, unless they work for a clinic. The clinics'' records of them '
'stay. Holds end when they expire, and entries of waiting lists end. With `cascade`, future bookings are cancelled on '
'the customer''s behalf; without it, they are a reason to refuse. The visits of merged records count as the '
'customer''s; these records stand for themselves again afterwards. Dependants who have no other guardian are '
'deactivated as well. Customers may remove themselves and their dependants; administrators may remove anyone. Refuses '
'still_in_use (the detail lists the live bookings), customer_not_found, unauthenticated, stale_row_version.';

grant execute on function app_public.remove_customer to app_customer;
