create or replace function billing_private.provider_figures()
returns table (provider text, what text, waiting bigint, late_seconds numeric, given_up bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    select pc.provider, 'call', count(*) filter (where pc.state = 'pending'),
      coalesce(greatest(0, extract(epoch from now() - min(pc.retry_at) filter (where pc.state = 'pending'))), 0),
      count(*) filter (where pc.state = 'failed')
    from billing_private.provider_calls pc where pc.state <> 'done' group by pc.provider
    union all
    select pe.provider, 'event', count(*) filter (where pe.attempts < 12),
      coalesce(greatest(0, extract(epoch from now() - min(pe.retry_at) filter (where pe.attempts < 12))), 0),
      count(*) filter (where pe.attempts >= 12)
    from billing_private.provider_events pe where pe.done_at is null group by pe.provider;
end
$$;

comment on function billing_private.provider_figures is
'Calls to each provider and its events that are waiting, for how long the oldest has been due, and how many were given '
'up or refused. For the metrics of the billing process.';

grant execute on function billing_private.provider_figures to app_billing;
