create or replace function billing.add_discount(
  clinic_id bigint, invoice_id bigint, text text, amount bigint default null, percent numeric default null)
returns billing.invoices
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  invoice billing.invoices;
  discount bigint;
begin
  perform app_private.require_clinic_role(add_discount.clinic_id, 'desk');
  if num_nonnulls(add_discount.amount, add_discount.percent) <> 1 or not coalesce(percent between 0 and 100, true) then
    perform app_hidden.refuse('invalid_argument', 'A discount is an amount or a percentage.',
      '{"argument": "percent"}');
  end if;
  invoice := billing_private.lock_invoice(add_discount.clinic_id, add_discount.invoice_id);
  discount := coalesce(add_discount.amount, round(invoice.total * add_discount.percent / 100)::bigint);
  perform billing_private.require_amount(discount);
  perform billing_private.take_off(invoice, discount, 'discount', add_discount.text);
  return billing_private.lock_invoice(invoice.clinic_id, invoice.id);
end
$$;

comment on function billing.add_discount is
'Gives a discount on an invoice: an amount in minor units, or a percentage of the total, rounded half up. What was '
'paid beyond the new total becomes credit. For the desk. Refuses forbidden, unauthenticated, invalid_argument, '
'amount_not_accepted, invoice_not_found, invoice_not_open, amount_exceeds_due (more than is charged), text_too_long, '
'text_not_accepted.';

grant execute on function billing.add_discount to app_staff;
