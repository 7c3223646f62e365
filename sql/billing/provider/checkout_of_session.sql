create or replace function billing_private.checkout_of_session(provider text, session_id text) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select pc.payload || jsonb_build_object('state', c.state, 'sessionId', c.provider_session)
    from billing.checkouts c
    join billing_private.provider_calls pc on pc.checkout_id = c.id and pc.kind = 'create_session'
    where c.provider = checkout_of_session.provider and c.provider_session = checkout_of_session.session_id);
end
$$;

comment on function billing_private.checkout_of_session is
'The data that were sent to the provider for the checkout of a session, with its state; null if there is none. For '
'the billing process: the development provider''s page shows it.';

grant execute on function billing_private.checkout_of_session to app_billing;
