create or replace function app_public.remove_customer(customer_id bigint, "cascade" boolean default false, row_version int default null)
returns app_public.customers
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  customer app_public.customers;
  hanging jsonb;
  live app_public.bookings;
begin
  perform app_private.require_own_customer(remove_customer.customer_id);
  -- The customer first, as who books does, so that no booking slips in behind.
  select c.* into customer from app_public.customers c where c.id = remove_customer.customer_id for no key update;
  if customer.id is null then
    perform app_hidden.refuse('customer_not_found', 'No such customer.', jsonb_build_object('customerId', remove_customer.customer_id::text));
  end if;
  -- Then slots, as everybody locks; those of several clinics in the order of clinic and id.
  perform from app_public.booking_slots bs
  where bs.customer_id = remove_customer.customer_id and (bs.clinic_id, bs.id) in (
    select b.clinic_id, b.booking_slot_id from app_public.bookings b
    where b.customer_id = remove_customer.customer_id and b.status in ('booked', 'checked_in') and b.ends_at > now())
  order by bs.clinic_id, bs.id for update;
  perform app_private.require_version('customers', remove_customer.row_version, customer.row_version);

  select jsonb_agg(jsonb_build_object('bookingId', b.id::text, 'clinicId', b.clinic_id::text, 'startsAt', b.starts_at) order by b.starts_at, b.id) into hanging
  from app_public.bookings b
  where b.customer_id = customer.id and b.status in ('booked', 'checked_in') and b.ends_at > now();
  if hanging is not null and not remove_customer."cascade" then
    perform app_hidden.refuse('still_in_use', format('%s live bookings hang on this customer.', jsonb_array_length(hanging)),
      jsonb_build_object('liveBookings', hanging));
  end if;
  -- Also within a cut-off: who leaves will not come. The clinic sees the cancellation.
  for live in
    select b.* from app_public.bookings b
    where b.customer_id = customer.id and b.status in ('booked', 'checked_in') and b.ends_at > now()
    order by b.clinic_id, b.booking_slot_id
  loop
    perform app_private.end_booking(live.clinic_id, live.id, 'customer', 'customer removed');
  end loop;

  -- Who has left is offered no other time.
  update app_public.rebooking_list rl set resolved_at = now(), resolution = 'ended'
  where (rl.clinic_id, rl.open_booking_id) in (
    select b.clinic_id, b.id from app_public.bookings b where b.customer_id = customer.id and b.status = 'cancelled');
  update app_public.customers c set is_active = false where c.id = customer.id returning c.* into customer;
  -- The account ends with its customer, unless it is somebody's who works here.
  update app_private.accounts a set is_active = false
  where a.id = customer.account_id and not a.is_admin
    and not exists (select from app_public.employees e where e.account_id = a.id and e.is_active);
  if found then
    update app_private.sessions s set revoked_at = now() where s.account_id = customer.account_id and s.revoked_at is null;
  end if;
  return customer;
end
$$;

comment on function app_public.remove_customer(bigint, boolean, int) is
'Ends a customer: inactive from now on, and signed out for good unless they work for a clinic. What clinics recorded of them stays. Refuses (still_in_use, with the list) while bookings lie ahead; with `cascade` those are cancelled on the customer''s behalf. Holds end by themselves. Customers themselves, administrators anybody. Refuses customer_not_found, unauthenticated, stale_row_version.';

revoke all on function app_public.remove_customer(bigint, boolean, int) from public;
grant execute on function app_public.remove_customer(bigint, boolean, int) to app_customer;
