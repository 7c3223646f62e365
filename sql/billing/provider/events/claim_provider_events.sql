create or replace function billing_private.claim_provider_events(providers text[], batch int default 20)
returns table (provider text, event_id text, type text, object_id text, account text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    with due as materialized (
      select pe.provider, pe.event_id from billing_private.provider_events pe
      where pe.done_at is null and pe.retry_at <= now() and pe.provider = any (claim_provider_events.providers)
        and pe.attempts < 12
      order by pe.retry_at limit claim_provider_events.batch for update skip locked
    )
    update billing_private.provider_events pe
    set attempts = pe.attempts + 1, retry_at = now() + interval '1 minute' * 2 ^ pe.attempts
    from due d where pe.provider = d.provider and pe.event_id = d.event_id
    returning pe.provider, pe.event_id, pe.type, pe.object_id, pe.account;
end
$$;

comment on function billing_private.claim_provider_events is
'Claims up to `batch` stored events of these providers that are not settled. Each is due again after a minute, '
'doubling with each attempt, unless finish_provider_event ends it; after 12 attempts it is given up, and '
'checkouts_to_reconcile finds what it was about. For the billing process.';

grant execute on function billing_private.claim_provider_events to app_billing;
