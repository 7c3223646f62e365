create or replace function billing.add_charge(
  clinic_id bigint, invoice_id bigint, amount bigint, text text, tax_rate numeric default 0,
  booking_id bigint default null)
returns billing.invoices
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform app_private.require_clinic_role(add_charge.clinic_id, 'desk');
  perform billing_private.require_amount(add_charge.amount);
  perform billing_private.add_line(add_charge.clinic_id, add_charge.invoice_id, 'charge', add_charge.amount,
    add_charge.text, add_charge.tax_rate, add_charge.booking_id);
  return billing_private.lock_invoice(add_charge.clinic_id, add_charge.invoice_id);
end
$$;

comment on function billing.add_charge is
'Adds a charge to an invoice that is a draft or open: an amount in minor units, tax included, and what it is for. For '
'the desk. Refuses forbidden, unauthenticated, amount_not_accepted, invoice_not_found, invoice_not_open (a settled '
'invoice: make a new one), booking_not_found, invalid_argument, text_too_long, text_not_accepted.';

grant execute on function billing.add_charge to app_staff;
