create or replace function billing_private.new_invoice(clinic_id bigint, customer_id bigint, currency text)
returns billing.invoices
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  invoice billing.invoices;
begin
  insert into billing.invoices (clinic_id, customer_id, currency)
  values (new_invoice.clinic_id, new_invoice.customer_id, new_invoice.currency) returning * into invoice;
  return invoice;
end
$$;

comment on function billing_private.new_invoice is
'A new draft of an invoice. The caller has checked that the clinic has a record of the customer.';
