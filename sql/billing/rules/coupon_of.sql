create or replace function billing_private.coupon_of(clinic_id bigint, code text, customer_id bigint default null)
returns billing.coupons
language plpgsql stable set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  coupon billing.coupons;
  today date;
begin
  select c.* into coupon from billing.coupons c
  where c.clinic_id = coupon_of.clinic_id and c.code = btrim(coupon_of.code)::citext;
  if coupon.id is null then
    perform app_hidden.refuse('coupon_not_found', 'The clinic has no such coupon.');
  end if;
  select (now() at time zone c.time_zone)::date into today from app_public.clinics c where c.id = coupon.clinic_id;
  if not daterange(coupon.valid_from, coupon.valid_until, '[]') @> today then
    perform app_hidden.refuse('coupon_not_valid', 'The coupon is not valid now.',
      jsonb_build_object('validFrom', coupon.valid_from, 'validUntil', coupon.valid_until));
  elsif exists (
      select from billing.coupon_uses u
      where u.clinic_id = coupon.clinic_id and u.coupon_id = coupon.id and u.customer_id = coupon_of.customer_id) then
    perform app_hidden.refuse('coupon_used_already', 'You have used this coupon.');
  elsif coupon.used >= coupon.most then
    perform app_hidden.refuse('coupon_exhausted', 'The coupon has been used as often as it may be.');
  end if;
  return coupon;
end
$$;

comment on function billing_private.coupon_of is
'A coupon of a clinic that can be used now, by this customer if one is named. Refuses coupon_not_found, '
'coupon_not_valid, coupon_used_already, coupon_exhausted.';
