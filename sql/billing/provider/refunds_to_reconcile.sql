create or replace function billing_private.refunds_to_reconcile(
  providers text[], min_age interval default '1 hour', batch int default 50)
returns table (provider text, refund_id text, account text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    with asked as materialized (
      select pc.clinic_id, pc.id, r.provider_refund
      from billing.refunds r
      join billing_private.provider_calls pc
        on pc.clinic_id = r.clinic_id and pc.refund_id = r.id and pc.state = 'done'
      where r.state = 'pending' and r.provider_refund is not null
        and pc.ended_at <= now() - refunds_to_reconcile.min_age
        and pc.retry_at <= now() - refunds_to_reconcile.min_age
        and pc.provider = any (refunds_to_reconcile.providers)
      order by pc.retry_at, pc.id limit refunds_to_reconcile.batch for update of pc skip locked
    )
    update billing_private.provider_calls pc set retry_at = now()
    from asked a where pc.clinic_id = a.clinic_id and pc.id = a.id
    returning pc.provider, a.provider_refund, pc.payload ->> 'account';
end
$$;

comment on function billing_private.refunds_to_reconcile is
'Up to `batch` refunds that the provider has accepted and not finished, whose state was not read from it for '
'`min_age`, because an event may have been lost. Records that it is read now. For the billing process.';

grant execute on function billing_private.refunds_to_reconcile to app_billing;
