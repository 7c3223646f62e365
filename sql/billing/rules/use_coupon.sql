create or replace function billing_private.use_coupon(
  coupon billing.coupons, customer_id bigint, invoice_id bigint default null, checkout_part_id bigint default null)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- Counting the use locks the coupon, so of two customers who take the last one, the second sees that none is left.
  insert into billing.coupon_uses (clinic_id, coupon_id, customer_id, invoice_id, checkout_part_id)
  values (coupon.clinic_id, coupon.id, use_coupon.customer_id, use_coupon.invoice_id, use_coupon.checkout_part_id);
exception
  when unique_violation then
    perform app_hidden.refuse('coupon_used_already', 'You have used this coupon.');
  when check_violation then
    perform app_hidden.refuse('coupon_exhausted', 'The coupon has been used as often as it may be.');
end
$$;

comment on function billing_private.use_coupon is
'Uses a coupon of billing_private.coupon_of for an invoice or a checkout. Refuses coupon_used_already, '
'coupon_exhausted.';
