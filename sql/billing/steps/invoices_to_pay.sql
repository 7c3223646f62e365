create or replace function billing_private.invoices_to_pay(
  clinic_id bigint, customer_id bigint, invoice_ids bigint[])
returns billing.invoices[]
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  invoice billing.invoices;
  found_invoices billing.invoices[] := '{}';
  wanted bigint;
begin
  if cardinality(invoice_ids) > 100 then
    perform app_hidden.refuse('invalid_argument', 'At most 100 invoices are paid at once.',
      '{"argument": "invoiceIds"}');
  end if;
  -- All are locked before the first is issued, because issuing locks the counter of numbers, which comes after all
  -- invoices in the order of locks.
  perform from billing.invoices i
  where i.clinic_id = invoices_to_pay.clinic_id and i.id = any (invoice_ids) order by i.id for no key update;
  for wanted in select distinct w from unnest(invoice_ids) w order by w loop
    invoice := billing_private.lock_invoice(invoices_to_pay.clinic_id, wanted);
    if invoice.customer_id <> invoices_to_pay.customer_id then
      perform app_hidden.refuse('invoice_not_found', 'The customer has no such invoice.',
        jsonb_build_object('invoiceId', wanted::text));
    elsif invoice.state = 'void' then
      perform app_hidden.refuse('invoice_not_open', 'The invoice is void.',
        jsonb_build_object('invoiceId', wanted::text, 'state', 'void'));
    end if;
    invoice := billing_private.issue(invoice.clinic_id, invoice.id);
    if invoice.due = 0 then
      perform app_hidden.refuse('already_paid', 'The invoice is paid already.',
        jsonb_build_object('invoiceId', wanted::text));
    end if;
    found_invoices := found_invoices || invoice;
  end loop;
  return found_invoices;
end
$$;

comment on function billing_private.invoices_to_pay is
'Locks invoices of a customer, by id, and issues those that are drafts. Refuses invoice_not_found, invoice_not_open '
'(void), already_paid, nothing_to_pay, invalid_argument.';
