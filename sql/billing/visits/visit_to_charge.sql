create or replace function billing_private.visit_to_charge(
  slot app_public.booking_slots, service app_public.services, customer_id bigint, by_desk boolean,
  in_series boolean default false, out price_id bigint, out is_paid boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  price billing.prices;
begin
  -- In the transaction that settles a checkout, and only there, its parts are open and it is paid.
  select p.price_id into visit_to_charge.price_id
  from billing.checkout_parts p join billing.checkouts c on c.id = p.checkout_id
  where p.clinic_id = slot.clinic_id and p.booking_slot_id = slot.id and p.service_id = service.id
    and p.customer_id = visit_to_charge.customer_id and p.is_open and c.state = 'paid';
  is_paid := found;
  if is_paid then
    return;
  end if;
  price := billing_private.price_of(slot.clinic_id, service.id, slot.doctor_id, slot.slot_date);
  price_id := price.id;
  if price.payment_rule <> 'none' and not by_desk or price.payment_rule = 'full' and in_series then
    perform app_hidden.refuse('payment_required', 'This visit is paid before it is booked. Use begin_checkout.',
      jsonb_build_object('priceId', price.id::text, 'amount', price.amount::text, 'currency', price.currency,
        'dueNow', billing_private.prepayment_of(price, price.amount)::text));
  end if;
end
$$;

comment on function billing_private.visit_to_charge is
'The price at which a visit in this slot is charged (null: none), and whether a checkout that is being settled pays '
'for it. Without such a checkout, patients cannot book a visit that has to be paid in advance; the desk can, except a '
'series of visits that are paid in full. Refuses payment_required.';
