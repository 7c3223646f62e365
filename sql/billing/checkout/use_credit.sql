create or replace function billing_private.use_credit(parts billing.checkout_parts[], policy app_public.policies)
returns billing.checkout_parts[]
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  provider text;
  rest bigint;
  excess bigint;
  taken bigint;
begin
  parts := billing_private.share_credit(parts, policy.currency);
  select sum(p.amount - p.credit) into rest from unnest(parts) p;
  if rest = 0 or not exists (select from unnest(parts) p where p.credit > 0) then
    return parts;
  end if;
  provider := billing_private.provider_of(policy.clinic_id);
  -- Before the credit, as in billing_private.make_void.
  perform from billing.coupons c
  where (c.clinic_id, c.id) in (select p.clinic_id, p.coupon_id from unnest(parts) p)
  order by c.clinic_id, c.id for no key update;
  perform billing_private.lock_credits(parts);
  parts := billing_private.share_credit(parts, policy.currency);
  select sum(p.amount - p.credit) into rest from unnest(parts) p;
  excess := billing_private.payable_rest(rest, provider, policy.currency) - rest;
  for i in reverse cardinality(parts) .. 1 loop
    taken := least(excess, parts[i].credit);
    parts[i].credit := parts[i].credit - taken;
    excess := excess - taken;
  end loop;
  return parts;
end
$$;

comment on function billing_private.use_credit is
'The parts of a new checkout, each with the credit that pays for it. If the credit does not cover everything, it is '
'locked until it is reserved, and what remains for the provider is an amount that it accepts. Refuses '
'online_payment_not_available.';
