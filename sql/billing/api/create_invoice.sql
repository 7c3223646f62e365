create or replace function billing.create_invoice(clinic_id bigint, customer_id bigint, currency text default null)
returns billing.invoices
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform app_private.require_clinic_role(create_invoice.clinic_id, 'desk');
  perform billing_private.require_customer_of_clinic(create_invoice.clinic_id, create_invoice.customer_id);
  return billing_private.new_invoice(create_invoice.clinic_id, create_invoice.customer_id,
    billing_private.currency_of(create_invoice.clinic_id, create_invoice.currency));
end
$$;

comment on function billing.create_invoice is
'A new invoice, a draft, for a customer in the clinic''s records, to which add_charge adds lines. In the clinic''s '
'currency; naming another one is refused. Bookings of services with a price make their invoices themselves. For the '
'desk. Refuses forbidden, unauthenticated, customer_not_found, clinic_not_found, currency_not_used.';

grant execute on function billing.create_invoice to app_staff;
