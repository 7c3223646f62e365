create or replace function billing.adjust_invoice(
  clinic_id bigint, invoice_id bigint, amount bigint, text text, tax_rate numeric default 0)
returns billing.invoices
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  invoice billing.invoices;
begin
  perform app_private.require_clinic_role(adjust_invoice.clinic_id, 'desk');
  perform billing_private.require_amount(abs(adjust_invoice.amount));
  invoice := billing_private.lock_invoice(adjust_invoice.clinic_id, adjust_invoice.invoice_id);
  if adjust_invoice.amount < 0 then
    perform billing_private.take_off(invoice, -adjust_invoice.amount, 'adjustment', adjust_invoice.text);
  else
    perform billing_private.add_line(invoice.clinic_id, invoice.id, 'adjustment', adjust_invoice.amount,
      adjust_invoice.text, adjust_invoice.tax_rate);
  end if;
  return billing_private.lock_invoice(invoice.clinic_id, invoice.id);
end
$$;

comment on function billing.adjust_invoice is
'Changes the amount of an invoice by another line: up by a positive amount (not when it is settled), down by a '
'negative one. What was paid beyond the new total becomes credit. A reduction is spread over the tax rates of the '
'invoice; `tax_rate` is that of an increase. For the desk. Refuses forbidden, unauthenticated, amount_not_accepted, '
'invoice_not_found, invoice_not_open, amount_exceeds_due (more than is charged), invalid_argument, text_too_long, '
'text_not_accepted.';

grant execute on function billing.adjust_invoice to app_staff;
