create or replace function billing.move_to_credit(
  clinic_id bigint, invoice_id bigint, amount bigint, reason text default null)
returns billing.invoices
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  invoice billing.invoices;
begin
  perform app_private.require_clinic_role(move_to_credit.clinic_id, 'desk');
  perform billing_private.require_amount(move_to_credit.amount);
  invoice := billing_private.lock_invoice(move_to_credit.clinic_id, move_to_credit.invoice_id);
  if move_to_credit.amount > invoice.paid then
    perform app_hidden.refuse('amount_exceeds_paid', 'So much was not paid on the invoice.',
      jsonb_build_object('paid', invoice.paid::text));
  end if;
  perform billing_private.move_money('invoice_to_credit', move_to_credit.amount, invoice.clinic_id,
    invoice.customer_id, invoice.currency, invoice_id => invoice.id, reason => move_to_credit.reason);
  return billing_private.lock_invoice(invoice.clinic_id, invoice.id);
end
$$;

comment on function billing.move_to_credit is
'Turns what was paid on an invoice into credit, so that the invoice is due again: for a payment that was recorded on '
'the wrong invoice, or that is to be paid back. For the desk. Refuses forbidden, unauthenticated, '
'amount_not_accepted, invoice_not_found, amount_exceeds_paid, text_too_long, text_not_accepted.';

grant execute on function billing.move_to_credit to app_staff;
