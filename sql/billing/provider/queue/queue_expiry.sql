create or replace function billing_private.queue_expiry(checkout billing.checkouts) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  insert into billing_private.provider_calls (clinic_id, provider, kind, payload, checkout_id)
  select pc.clinic_id, checkout.provider, 'expire_session',
    jsonb_build_object('checkoutId', checkout.id::text, 'account', pc.payload -> 'account',
      'sessionId', checkout.provider_session),
    checkout.id
  from billing_private.provider_calls pc where pc.checkout_id = checkout.id and pc.kind = 'create_session';
end
$$;

comment on function billing_private.queue_expiry is 'Asks the provider to close the page of a checkout.';
