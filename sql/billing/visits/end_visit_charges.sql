create or replace function billing_private.end_visit_charges(booking app_public.bookings, keeps_fee boolean)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  of_visit record;
  invoice billing.invoices;
  price billing.prices;
  kept bigint := 0;
  fee bigint;
  credited bigint := 0;
  why constant text := case booking.status when 'no_show' then 'missed' else 'cancelled' end;
begin
  for of_visit in select v.* from billing_private.charges_of_visit(booking.clinic_id, booking.id) v loop
    invoice := of_visit.invoice;
    if keeps_fee and price.id is null then
      select p.* into price
      from billing.invoice_lines l join billing.prices p on p.clinic_id = l.clinic_id and p.id = l.price_id
      where l.clinic_id = booking.clinic_id and l.booking_id = booking.id and l.kind = 'visit';
      select coalesce(sum(l.amount), 0) into kept from billing.invoice_lines l
      where l.clinic_id = booking.clinic_id and l.booking_id = booking.id and l.kind = 'fee';
    end if;
    -- What was paid in advance, as far as the price demands it. Nothing more is claimed.
    fee := case when keeps_fee then greatest(0, least(
      coalesce(billing_private.prepayment_of(price, of_visit.charged), 0) - kept, invoice.paid, of_visit.charged))
      else 0 end;
    kept := kept + fee;
    if fee = of_visit.charged then
      continue;
    end if;
    if fee > 0 then
      -- Before the line of the fee is added, since that needs an open invoice.
      perform billing_private.move_money('invoice_to_credit',
        greatest(0, invoice.paid - (invoice.total - of_visit.charged + fee)), invoice.clinic_id, invoice.customer_id,
        invoice.currency, invoice_id => invoice.id);
      perform billing_private.add_line(invoice.clinic_id, invoice.id, 'fee', fee,
        billing_private.line_text(invoice.clinic_id, 'fee'), booking_id => booking.id);
      invoice := billing_private.lock_invoice(invoice.clinic_id, invoice.id);
    end if;
    if of_visit.charged = invoice.total then
      perform billing_private.make_void(invoice, billing_private.line_text(invoice.clinic_id, why), booking.id);
    else
      perform billing_private.take_off(invoice, of_visit.charged, 'cancellation',
        billing_private.line_text(invoice.clinic_id, why), booking.id);
    end if;
    credited := credited + (of_visit.invoice).paid
      - (billing_private.lock_invoice(invoice.clinic_id, invoice.id)).paid;
  end loop;
  perform billing_private.queue_mail('credit_received', booking.clinic_id, booking.customer_id, credited,
    invoice.currency);
end
$$;

comment on function billing_private.end_visit_charges is
'Takes the charges of a visit that was cancelled or missed off their invoices; what was paid becomes credit. With '
'`keeps_fee` the clinic keeps the amount that the price demands in advance, as far as it was paid, as a fee. An '
'invoice that charges nothing else becomes void. The caller has locked the booking. The patient gets a mail about the '
'credit.';
