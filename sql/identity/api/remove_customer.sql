create or replace function app_public.remove_customer(
  customer_id bigint, "cascade" boolean default false, row_version int default null)
returns app_public.customers
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  customer app_public.customers;
  live_bookings jsonb;
  ids bigint[];
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
  -- Shards end what is at their clinics when the rows have arrived there: app_private.carry_out_removal.
  if exists (select from app_private.shards) then
    insert into app_private.removals (customer_id) select unnest(ids);
  end if;
  return app_private.deactivate_customer(customer, ids, remove_customer."cascade");
end
$$;

comment on function app_public.remove_customer is
'Deactivates a customer and signs them out permanently, unless they work for a clinic. The clinics'' records of them '
'stay. Holds end when they expire, and entries of waiting lists end. With `cascade`, future bookings are cancelled on '
'the customer''s behalf; without it, they are a reason to refuse. The visits of merged records count as the '
'customer''s; these records stand for themselves again afterwards. Dependants who have no other guardian are '
'deactivated as well. Shards cancel the bookings at their clinics some minutes later. Customers may remove themselves '
'and their dependants; administrators may remove anyone. Refuses still_in_use (the detail lists the live bookings), '
'customer_not_found, unauthenticated, stale_row_version.';

grant execute on function app_public.remove_customer to app_customer;
