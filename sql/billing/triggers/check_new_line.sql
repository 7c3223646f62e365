create or replace function billing_private.check_new_line() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  invoice constant billing.invoices := billing_private.lock_invoice(NEW.clinic_id, NEW.invoice_id);
  charged bigint;
  taxed bigint;
begin
  if invoice.state in ('settled', 'void') then
    perform app_hidden.refuse('invoice_not_open', format('The invoice is %s. Make a new one.', invoice.state),
      jsonb_build_object('invoiceId', invoice.id::text, 'state', invoice.state));
  end if;
  if invoice.total + NEW.amount < invoice.paid then
    perform app_hidden.refuse('amount_exceeds_due', 'More than is due cannot be taken off an invoice.',
      jsonb_build_object('due', invoice.due::text));
  end if;
  -- The tax of each rate is that of its sum, so that lines that cancel each other leave no cent of tax.
  select coalesce(sum(l.amount), 0), coalesce(sum(l.tax), 0) into charged, taxed from billing.invoice_lines l
  where l.clinic_id = NEW.clinic_id and l.invoice_id = NEW.invoice_id and l.tax_rate = NEW.tax_rate;
  NEW.tax := round((charged + NEW.amount) * NEW.tax_rate / (100 + NEW.tax_rate))::bigint - taxed;
  NEW.customer_id := invoice.customer_id;
  NEW.currency := invoice.currency;
  if NEW.booking_id is not null and not exists (
       select from app_public.bookings b
       where b.clinic_id = NEW.clinic_id and b.id = NEW.booking_id and b.customer_id = invoice.customer_id
       union all
       select from app_public.archived_bookings b
       where b.clinic_id = NEW.clinic_id and b.id = NEW.booking_id and b.customer_id = invoice.customer_id) then
    perform app_hidden.refuse('booking_not_found', 'The customer has no such booking in this clinic.',
      jsonb_build_object('bookingId', NEW.booking_id::text));
  end if;
  return NEW;
end
$$;

comment on function billing_private.check_new_line is
'Trigger: locks the invoice of a new line, whose customer and currency the line gets, and '
'computes its tax. Refuses invoice_not_found, '
'invoice_not_open (settled or void), amount_exceeds_due (taking off more than is due), booking_not_found.';
