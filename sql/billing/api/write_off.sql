create or replace function billing.write_off(
  clinic_id bigint, invoice_id bigint, text text, amount bigint default null)
returns billing.invoices
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  invoice billing.invoices;
begin
  perform app_private.require_clinic_role(write_off.clinic_id, 'manage');
  invoice := billing_private.lock_invoice(write_off.clinic_id, write_off.invoice_id);
  if invoice.state <> 'open' then
    perform app_hidden.refuse('invoice_not_open', format('The invoice is %s.', invoice.state),
      jsonb_build_object('invoiceId', invoice.id::text, 'state', invoice.state));
  end if;
  write_off.amount := coalesce(write_off.amount, invoice.due);
  perform billing_private.require_amount(write_off.amount);
  if write_off.amount > invoice.due then
    perform app_hidden.refuse('amount_exceeds_due', 'Only what is due can be written off.',
      jsonb_build_object('due', invoice.due::text));
  end if;
  perform billing_private.take_off(invoice, write_off.amount, 'write_off', write_off.text);
  return billing_private.lock_invoice(invoice.clinic_id, invoice.id);
end
$$;

comment on function billing.write_off is
'Writes off what is due on an open invoice, or a part of it. This adds a line to the invoice and no payment, so that '
'an amount that was written off cannot become credit later. For managers. Refuses forbidden, unauthenticated, '
'invoice_not_found, invoice_not_open, amount_not_accepted, amount_exceeds_due, text_too_long, text_not_accepted.';

grant execute on function billing.write_off to app_staff;
