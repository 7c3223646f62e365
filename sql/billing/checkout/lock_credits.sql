create or replace function billing_private.lock_credits(parts billing.checkout_parts[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform from billing.credits c
  where (c.clinic_id, c.customer_id) in (select p.clinic_id, p.customer_id from unnest(parts) p where p.credit > 0)
  order by c.clinic_id, c.customer_id, c.currency for no key update;
end
$$;

comment on function billing_private.lock_credits is
'Locks the credit that pays for parts of a checkout, in the order of its key.';
