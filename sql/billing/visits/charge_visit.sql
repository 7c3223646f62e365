create or replace function billing_private.charge_visit(booking app_public.bookings, price_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  price billing.prices;
  invoice billing.invoices;
begin
  select p.* into price from billing.prices p where p.clinic_id = booking.clinic_id and p.id = charge_visit.price_id;
  invoice := billing_private.new_invoice(booking.clinic_id, booking.customer_id, price.currency);
  perform billing_private.add_line(invoice.clinic_id, invoice.id, 'visit', price.amount,
    (select s.name from app_public.services s where s.clinic_id = price.clinic_id and s.id = price.service_id),
    price.tax_rate, booking.id, price.id);
end
$$;

comment on function billing_private.charge_visit is
'Makes the draft of an invoice for a new booking, at this price. It is issued when it is paid, or when the visit is '
'completed: issuing it here would serialize the bookings of a clinic.';
