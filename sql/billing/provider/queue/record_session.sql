create or replace function billing_private.record_session(call billing_private.provider_calls, reply jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  checkout billing.checkouts;
begin
  if call.state = 'failed' then
    perform billing_private.end_unpaid_checkout(call.checkout_id, 'failed');
    return;
  elsif coalesce(reply ->> 'sessionId', '') = '' or coalesce(reply ->> 'url', '') !~ '^https?://[^[:space:]]+$' then
    perform app_hidden.refuse('invalid_argument', 'A page has a session and an address.', '{"argument": "reply"}');
  end if;
  update billing.checkouts c set provider_session = reply ->> 'sessionId', url = reply ->> 'url'
  where c.id = call.checkout_id returning * into checkout;
  if checkout.state <> 'open' then
    -- The checkout was given up while its page was being made.
    perform billing_private.queue_expiry(checkout);
  end if;
end
$$;

comment on function billing_private.record_session is
'Records the page that a provider has made for a checkout, or that none can be made: then the checkout has failed. '
'Refuses invalid_argument.';
