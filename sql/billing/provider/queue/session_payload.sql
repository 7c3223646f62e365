create or replace function billing_private.session_payload(checkout billing.checkouts, clinic_id bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return (
    select jsonb_build_object('checkoutId', checkout.id::text, 'account', checkout.provider_account,
      'amount', checkout.amount::text, 'currency', checkout.currency, 'exponent', cu.exponent,
      'clinicName', (
        select concat_ws(', ', string_agg(pc.name, ', ' order by pc.id), (
          select string_agg(n.name, ', ' order by s.shard_id, n.n)
          from billing_private.checkout_shares s, unnest(s.clinic_names) with ordinality n (name, n)
          where s.checkout_id = checkout.id))
        from app_public.clinics pc
        where pc.id in (select cp.clinic_id from billing.checkout_parts cp where cp.checkout_id = checkout.id)),
      'language', coalesce(payer.preferred_language, p.language), 'expiresAt', checkout.expires_at)
    from app_public.clinics c
    join app_public.policies p on p.clinic_id = c.id
    join billing.currencies cu on cu.code = checkout.currency
    join app_public.customers payer on payer.id = checkout.customer_id
    where c.id = session_payload.clinic_id);
end
$$;

comment on function billing_private.session_payload is
'The data that a provider gets about a checkout: ids, amount and clinics; no names of persons, nothing about health.';
