create or replace function billing_private.end_checkout(provider text, session_id text, state text) returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  checkout billing.checkouts;
begin
  if state is null or state not in ('expired', 'failed') then
    perform app_hidden.refuse('invalid_argument', 'A checkout ends as expired or failed.', '{"argument": "state"}');
  end if;
  select c.* into checkout from billing.checkouts c
  where c.provider = end_checkout.provider and c.provider_session = end_checkout.session_id for no key update;
  if checkout.id is null then
    perform app_hidden.refuse('checkout_not_found', 'No checkout has this session.');
  end if;
  return (billing_private.end_unpaid_checkout(checkout.id, end_checkout.state::billing.checkout_state)).state;
end
$$;

comment on function billing_private.end_checkout is
'Ends a checkout whose session has ended unpaid at the provider: expired or failed. One that is paid stays paid. '
'Returns its state. For the billing process. Refuses checkout_not_found, invalid_argument.';

grant execute on function billing_private.end_checkout to app_billing;
