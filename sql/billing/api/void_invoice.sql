create or replace function billing.void_invoice(
  clinic_id bigint, invoice_id bigint, text text, row_version int default null)
returns billing.invoices
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  invoice billing.invoices;
begin
  perform app_private.require_clinic_role(void_invoice.clinic_id, 'desk');
  invoice := billing_private.lock_invoice(void_invoice.clinic_id, void_invoice.invoice_id);
  perform app_private.require_version('invoices', void_invoice.row_version, invoice.row_version);
  if invoice.state = 'void' then
    perform app_hidden.refuse('invoice_not_open', 'The invoice is void already.',
      jsonb_build_object('invoiceId', invoice.id::text, 'state', invoice.state));
  end if;
  return billing_private.make_void(invoice, void_invoice.text);
end
$$;

comment on function billing.void_invoice is
'Makes an invoice void: a line takes off all that it charges, what was paid becomes credit, and its coupon can be '
'used again. It keeps its number. For the desk. Refuses forbidden, unauthenticated, invoice_not_found, '
'invoice_not_open (void already), text_too_long, text_not_accepted, stale_row_version.';

grant execute on function billing.void_invoice to app_staff;
