create or replace function billing.apply_coupon(clinic_id bigint, invoice_id bigint, code text)
returns billing.invoices
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  invoice billing.invoices;
  coupon billing.coupons;
begin
  perform app_private.require_clinic_role(apply_coupon.clinic_id, 'desk');
  invoice := billing_private.lock_invoice(apply_coupon.clinic_id, apply_coupon.invoice_id);
  coupon := billing_private.coupon_of(invoice.clinic_id, apply_coupon.code, invoice.customer_id);
  perform billing_private.use_coupon(coupon, invoice.customer_id, invoice.id);
  perform billing_private.discount_by_coupon(invoice, coupon);
  return billing_private.lock_invoice(invoice.clinic_id, invoice.id);
end
$$;

comment on function billing.apply_coupon is
'Uses a coupon on an invoice, as a discount. For the desk; patients name coupons in begin_checkout. Refuses '
'forbidden, unauthenticated, invoice_not_found, invoice_not_open, coupon_not_found, coupon_not_valid, '
'coupon_used_already, coupon_exhausted, currency_not_used.';

grant execute on function billing.apply_coupon to app_staff;
