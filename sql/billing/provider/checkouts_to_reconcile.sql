create or replace function billing_private.checkouts_to_reconcile(
  providers text[], min_age interval default '5 minutes', batch int default 50)
returns table (provider text, session_id text, account text, expires_at timestamptz)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    with asked as materialized (
      select c.id from billing.checkouts c
      where c.state = 'open' and c.provider_session is not null
        and c.reconciled_at <= now() - checkouts_to_reconcile.min_age
        and c.provider = any (checkouts_to_reconcile.providers)
      order by c.reconciled_at limit checkouts_to_reconcile.batch for update skip locked
    )
    update billing.checkouts c set reconciled_at = now()
    from asked a
    join billing_private.provider_calls pc on pc.checkout_id = a.id and pc.kind = 'create_session'
    where c.id = a.id
    returning c.provider, c.provider_session, pc.payload ->> 'account', c.expires_at;
end
$$;

comment on function billing_private.checkouts_to_reconcile is
'Up to `batch` open checkouts whose state was not read from the provider for `min_age`, because an event may have '
'been lost. Records that it is read now. For the billing process.';

grant execute on function billing_private.checkouts_to_reconcile to app_billing;
