create or replace function billing_private.lock_invoice(clinic_id bigint, invoice_id bigint) returns billing.invoices
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  invoice billing.invoices;
begin
  select i.* into invoice from billing.invoices i
  where i.clinic_id = lock_invoice.clinic_id and i.id = lock_invoice.invoice_id for no key update;
  if invoice.id is null then
    perform app_hidden.refuse('invoice_not_found', 'No such invoice in this clinic.',
      jsonb_build_object('invoiceId', lock_invoice.invoice_id::text));
  end if;
  return invoice;
end
$$;

comment on function billing_private.lock_invoice is
'Locks an invoice until the transaction ends and returns it. Locks of payments follow those of a booking, in this '
'order: the checkout before everything else; invoices by id, coupons, the counter of invoice numbers, payments, '
'credit. Refuses invoice_not_found.';
