create or replace function billing_private.count_coupon_use() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  use constant billing.coupon_uses := case TG_OP when 'DELETE' then OLD else NEW end;
begin
  update billing.coupons c set used = c.used + case TG_OP when 'DELETE' then -1 else 1 end
  where c.clinic_id = use.clinic_id and c.id = use.coupon_id;
  return null;
end
$$;

comment on function billing_private.count_coupon_use is 'Trigger: counts the uses of a coupon in coupons.used.';
