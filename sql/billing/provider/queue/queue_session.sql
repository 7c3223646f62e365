create or replace function billing_private.queue_session(checkout billing.checkouts, policy app_public.policies)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  insert into billing_private.provider_calls (clinic_id, provider, kind, payload, checkout_id)
  values (policy.clinic_id, checkout.provider, 'create_session',
    billing_private.session_payload(checkout, policy.clinic_id), checkout.id);
end
$$;

comment on function billing_private.queue_session is 'Asks the provider for a page on which the checkout is paid.';
