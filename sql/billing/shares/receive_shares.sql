create or replace function billing_private.receive_shares(checkout billing.checkouts, provider_payment text)
returns bigint[]
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  own_amounts constant bigint[] := array(
    select sum(p.amount - p.credit)::bigint from billing.checkout_parts p
    where p.checkout_id = checkout.id group by p.clinic_id, p.customer_id order by p.clinic_id, p.customer_id);
  share_amounts constant bigint[] := array(
    select s.amount from billing_private.checkout_shares s where s.checkout_id = checkout.id
    order by s.shard_id, s.share_id);
  parts bigint[] := array_fill(0::bigint, array[cardinality(own_amounts) + cardinality(share_amounts)]);
begin
  if checkout.received > 0 then
    parts := billing_private.split_amount(checkout.received, own_amounts || share_amounts);
  end if;
  update billing_private.checkout_shares s
  set received = parts[cardinality(own_amounts) + o.n], due_since = now(),
      provider_payment = case when parts[cardinality(own_amounts) + o.n] > 0 then receive_shares.provider_payment end
  from (
    select cs.shard_id, cs.share_id, row_number() over (order by cs.shard_id, cs.share_id) as n
    from billing_private.checkout_shares cs where cs.checkout_id = checkout.id
  ) o
  where s.checkout_id = checkout.id and s.shard_id = o.shard_id and s.share_id = o.share_id;
  return parts[:cardinality(own_amounts)];
end
$$;

comment on function billing_private.receive_shares is
'Splits what a paid checkout has received: returns the amounts for its clinics and patients in this database, in that '
'order, and stores the amounts for other databases, which are passed on to them.';
