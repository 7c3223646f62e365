create or replace function billing_private.invoices_to_check_out(
  clinic_id bigint, invoice_ids bigint[], invoices jsonb)
returns billing.checkout_parts[]
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  invoice billing.invoices;
  part billing.checkout_parts;
  parts billing.checkout_parts[] := '{}';
  named int;
begin
  select count(*) into named from billing_private.read_invoices(invoice_ids, invoices, clinic_id);
  for invoice in
    select i.* from billing.invoices i
    where (i.clinic_id, i.id) in (
      select r.clinic_id, r.invoice_id
      from billing_private.read_invoices(invoice_ids, invoices, invoices_to_check_out.clinic_id) r)
    order by i.clinic_id, i.id for no key update of i
  loop
    if billing_private.acts_as_desk_for(invoice.clinic_id, invoice.customer_id)
       and invoice.customer_id <> all (app_hidden.current_customer_ids()) then
      perform app_hidden.refuse('invoice_not_found', 'You pay for yourself and your dependants.');
    elsif invoice.state = 'void' then
      perform app_hidden.refuse('invoice_not_open', 'The invoice is void.',
        jsonb_build_object('invoiceId', invoice.id::text, 'state', 'void'));
    elsif invoice.due = 0 then
      perform app_hidden.refuse('already_paid', 'The invoice is paid already.',
        jsonb_build_object('invoiceId', invoice.id::text));
    end if;
    perform billing_private.currency_of(invoice.clinic_id, invoice.currency);
    part := null;
    part.credit := 0;
    part.clinic_id := invoice.clinic_id;
    part.customer_id := invoice.customer_id;
    part.invoice_id := invoice.id;
    part.amount := invoice.due;
    parts := parts || part;
  end loop;
  if cardinality(parts) < named then
    perform app_hidden.refuse('invoice_not_found', 'No such invoice in this clinic.');
  end if;
  return parts;
end
$$;

comment on function billing_private.invoices_to_check_out is
'Locks the invoices of a new checkout, those of the first clinic first, and returns what is paid for each. They are '
'issued when the payment arrives. Refuses invoice_not_found, invoice_not_open, already_paid, currency_not_used, '
'invalid_argument.';
