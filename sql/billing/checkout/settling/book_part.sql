create or replace function billing_private.book_part(part billing.checkout_parts) returns billing.invoice_lines
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  booking app_public.bookings;
  line billing.invoice_lines;
  coupon billing.coupons;
begin
  booking := app_public.book_slot(part.clinic_id, part.booking_slot_id, part.customer_id, part.note,
    service_id => part.service_id, answers => part.answers, online => part.online);
  select l.* into strict line from billing.invoice_lines l
  where l.clinic_id = part.clinic_id and l.booking_id = booking.id and l.kind = 'visit';
  if part.coupon_id is not null then
    select c.* into coupon from billing.coupons c where c.clinic_id = part.clinic_id and c.id = part.coupon_id;
    perform billing_private.discount_by_coupon(billing_private.lock_invoice(line.clinic_id, line.invoice_id), coupon,
      booking.id);
  end if;
  return line;
end
$$;

comment on function billing_private.book_part is
'Books the visit that a part of a paid checkout pays for, takes the discount of its coupon off its invoice, and '
'returns the line of the visit. The caller acts as the customer who pays.';
