create or replace function billing.spend_credit(clinic_id bigint, invoice_id bigint, amount bigint default null)
returns billing.invoices
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  invoice billing.invoices;
  available bigint;
begin
  select i.* into invoice from billing.invoices i
  where i.clinic_id = spend_credit.clinic_id and i.id = spend_credit.invoice_id;
  perform billing_private.acts_as_desk_for(spend_credit.clinic_id, invoice.customer_id);
  invoice := (billing_private.invoices_to_pay(spend_credit.clinic_id, invoice.customer_id,
    array[spend_credit.invoice_id]))[1];
  select c.available into available from billing.credits c
  where c.clinic_id = invoice.clinic_id and c.customer_id = invoice.customer_id and c.currency = invoice.currency
  for no key update;
  spend_credit.amount := coalesce(spend_credit.amount, least(invoice.due, nullif(available, 0)));
  if spend_credit.amount > invoice.due then
    perform app_hidden.refuse('amount_exceeds_due', 'More than is due cannot be paid.',
      jsonb_build_object('due', invoice.due::text));
  elsif available is null or available < greatest(1, spend_credit.amount) then
    perform app_hidden.refuse('insufficient_credit', 'The customer has not so much credit.',
      jsonb_build_object('available', coalesce(available, 0)::text));
  end if;
  perform billing_private.require_amount(spend_credit.amount);
  perform billing_private.move_money('credit_to_invoice', spend_credit.amount, invoice.clinic_id,
    invoice.customer_id, invoice.currency, invoice_id => invoice.id);
  return billing_private.lock_invoice(invoice.clinic_id, invoice.id);
end
$$;

comment on function billing.spend_credit is
'Pays an invoice from the customer''s credit: with this amount, or, if it is null, with as much as is due and '
'available. Credit that open checkouts have reserved is not available. A draft is issued. For the customer and the '
'desk. Refuses unauthenticated, invoice_not_found, invoice_not_open (void), already_paid, insufficient_credit, '
'amount_exceeds_due, amount_not_accepted, nothing_to_pay, invalid_argument.';

grant execute on function billing.spend_credit to app_customer;
