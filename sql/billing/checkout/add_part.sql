create or replace function billing_private.add_part(
  checkout billing.checkouts, part billing.checkout_parts, hold_end timestamptz)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  coupon billing.coupons;
  other bigint;
begin
  select p.checkout_id into other from billing.checkout_parts p
  where p.clinic_id = part.clinic_id and p.is_open
    and (p.invoice_id = part.invoice_id or p.booking_slot_id = part.booking_slot_id);
  if found then
    perform app_hidden.refuse('checkout_open', 'This is being paid. Go on with that checkout, or cancel it.',
      jsonb_build_object('checkoutId', other::text));
  end if;
  insert into billing.checkout_parts (clinic_id, checkout_id, customer_id, amount, credit, invoice_id,
    booking_slot_id, service_id, price_id, coupon_id, note, answers, online)
  values (part.clinic_id, checkout.id, part.customer_id, part.amount, part.credit, part.invoice_id,
    part.booking_slot_id, part.service_id, part.price_id, part.coupon_id, part.note, part.answers, part.online)
  returning * into part;
  if part.coupon_id is not null then
    select c.* into coupon from billing.coupons c where c.clinic_id = part.clinic_id and c.id = part.coupon_id;
    perform billing_private.use_coupon(coupon, part.customer_id, checkout_part_id => part.id);
  end if;
  if part.price_id is not null then
    perform billing_private.prolong_hold(part, hold_end);
  end if;
end
$$;

comment on function billing_private.add_part is
'Adds a part to a new checkout: its credit is reserved, its coupon is used, and the slot of a visit is held until the '
'payment has arrived. Refuses checkout_open, and what billing_private.use_coupon refuses.';
