create or replace function billing_private.discount_of(coupon billing.coupons, amount bigint) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  unit constant bigint := billing_private.payable_unit((
    select a.provider from billing_private.provider_accounts a where a.clinic_id = coupon.clinic_id), coupon.currency);
begin
  -- round() of a numeric rounds half up. What remains can be paid online if the amount could.
  return least(amount, coalesce(coupon.amount, (round(amount * coupon.percent / 100 / unit) * unit)::bigint));
end
$$;

comment on function billing_private.discount_of is
'The discount that a coupon gives on an amount, rounded half up to what the clinic''s provider accepts, and never '
'more than the amount.';
