create or replace function billing_private.visits_to_pay(clinic_id bigint, visits jsonb)
returns billing.checkout_parts[]
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  visit record;
  slot app_public.booking_slots;
  price billing.prices;
  coupon billing.coupons;
  part billing.checkout_parts;
  parts billing.checkout_parts[] := '{}';
begin
  for visit in select v.* from billing_private.read_visits(visits, clinic_id) v loop
    slot := app_public.hold_slot(visit.clinic_id, visit.booking_slot_id, visit.customer_id,
      service_id => visit.service_id);
    if slot.customer_id <> all (app_hidden.current_customer_ids()) then
      perform app_hidden.refuse('customer_not_found', 'You pay for yourself and your dependants.',
        jsonb_build_object('customerId', slot.customer_id::text));
    end if;
    price := billing_private.price_of(slot.clinic_id, visit.service_id, slot.doctor_id, slot.slot_date);
    if price.id is null or price.payment_rule = 'none' then
      perform app_hidden.refuse('nothing_to_pay', 'This visit is not paid in advance. Book it with book_slot.',
        jsonb_build_object('bookingSlotId', slot.id::text));
    end if;
    coupon := null;
    if visit.coupon is not null then
      coupon := billing_private.coupon_of(slot.clinic_id, visit.coupon, slot.customer_id);
    end if;
    part := null;
    part.credit := 0;
    part.clinic_id := slot.clinic_id;
    part.customer_id := slot.customer_id;
    part.booking_slot_id := slot.id;
    part.service_id := visit.service_id;
    part.price_id := price.id;
    part.coupon_id := coupon.id;
    part.note := visit.note;
    part.answers := visit.answers;
    part.online := visit.online;
    part.amount := billing_private.prepayment_of(price,
      price.amount - case when coupon.id is null then 0 else billing_private.discount_of(coupon, price.amount) end);
    parts := parts || part;
  end loop;
  return parts;
end
$$;

comment on function billing_private.visits_to_pay is
'Holds the slots of the visits of a new checkout, those of the first clinic first, and returns what is paid for each. '
'Refuses nothing_to_pay, customer_not_found, invalid_argument, and what app_public.hold_slot and '
'billing_private.coupon_of refuse.';
