create or replace function billing_private.move_visit_charges(
  booking app_public.bookings, service app_public.services, slot app_public.booking_slots, by_desk boolean)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  price billing.prices;
  first_line billing.invoice_lines;
  of_visit record;
  paid bigint := 0;
  agreed bigint;
  difference bigint;
begin
  -- With the same service and doctor the agreed price stays, whatever the price on the new date is.
  if service.id = booking.service_id and slot.doctor_id = booking.doctor_id then
    return;
  end if;
  price := billing_private.price_of(booking.clinic_id, service.id, slot.doctor_id, slot.slot_date);
  select l.* into first_line from billing.invoice_lines l
  where l.clinic_id = booking.clinic_id and l.booking_id = booking.id and l.kind = 'visit';
  if price.id is null and first_line.id is null then
    return;
  end if;
  for of_visit in select v.* from billing_private.charges_of_visit(booking.clinic_id, booking.id) v loop
    paid := paid + least(of_visit.charged, (of_visit.invoice).paid);
  end loop;
  if not by_desk and coalesce(billing_private.prepayment_of(price, price.amount), 0) > paid then
    perform app_hidden.refuse('payment_required', 'This visit is paid before it is booked. Book it anew.',
      jsonb_build_object('priceId', price.id::text, 'amount', price.amount::text, 'currency', price.currency,
        'dueNow', billing_private.prepayment_of(price, price.amount)::text));
  end if;
  if first_line.id is null then
    perform billing_private.charge_visit(booking, price.id);
    return;
  end if;
  select coalesce(sum(l.amount), 0) into agreed from billing.invoice_lines l
  where l.clinic_id = booking.clinic_id and l.booking_id = booking.id and l.kind in ('visit', 'adjustment');
  difference := coalesce(price.amount, 0) - agreed;
  if difference > 0 then
    if not exists (
         select from billing.invoices i
         where i.clinic_id = first_line.clinic_id and i.id = first_line.invoice_id
           and i.state in ('draft', 'open')) then
      first_line.invoice_id := (
        billing_private.new_invoice(booking.clinic_id, booking.customer_id, first_line.currency)).id;
    end if;
    perform billing_private.add_line(booking.clinic_id, first_line.invoice_id, 'adjustment', difference,
      billing_private.line_text(booking.clinic_id, 'moved'), price.tax_rate, booking.id);
  elsif difference < 0 then
    for of_visit in select v.* from billing_private.charges_of_visit(booking.clinic_id, booking.id) v loop
      perform billing_private.take_off(of_visit.invoice, least(-difference, of_visit.charged), 'adjustment',
        billing_private.line_text(booking.clinic_id, 'moved'), booking.id);
      difference := difference + least(-difference, of_visit.charged);
    end loop;
  end if;
end
$$;

comment on function billing_private.move_visit_charges is
'Charges the price of another service or doctor when a booking is moved to it: a line adds or subtracts the '
'difference, and what was paid beyond the new total becomes credit. Patients cannot move a booking to a visit that '
'has to be paid in advance, unless enough is paid already. Refuses payment_required.';
