create or replace function billing_private.discount_by_coupon(
  invoice billing.invoices, coupon billing.coupons, booking_id bigint default null)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  if coupon.currency <> invoice.currency then
    perform app_hidden.refuse('currency_not_used', 'The coupon is in another currency.',
      jsonb_build_object('currency', coupon.currency, 'used', invoice.currency));
  end if;
  perform billing_private.take_off(invoice, billing_private.discount_of(coupon, invoice.total), 'discount',
    coupon.code::text, discount_by_coupon.booking_id, coupon.id);
end
$$;

comment on function billing_private.discount_by_coupon is
'Takes the discount of a coupon off a locked invoice, or off what it charges for one booking. The caller counts the '
'use. Refuses currency_not_used, and what billing_private.take_off refuses.';
