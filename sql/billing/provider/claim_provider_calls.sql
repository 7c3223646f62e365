create or replace function billing_private.claim_provider_calls(providers text[], batch int default 10)
returns table (id bigint, provider text, kind text, idempotency_key text, payload jsonb)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    with due as materialized (
      select pc.clinic_id, pc.id from billing_private.provider_calls pc
      where pc.state = 'pending' and pc.retry_at <= now()
        and pc.provider = any (claim_provider_calls.providers)
      order by pc.retry_at, pc.id limit claim_provider_calls.batch for update skip locked
    )
    update billing_private.provider_calls pc
    -- If the caller dies, the call is made again, with the same key: whether it had an effect is not known.
    set attempts = pc.attempts + 1,
        retry_at = now() + least(interval '1 minute' * 2 ^ least(pc.attempts, 12), interval '1 day')
    from due d where pc.clinic_id = d.clinic_id and pc.id = d.id
    returning pc.id, pc.provider, pc.kind,
      concat_ws('-', app_private.installation_id(), 'call', pc.id, pc.key_number), pc.payload;
end
$$;

comment on function billing_private.claim_provider_calls is
'Claims up to `batch` calls to these providers that are to be made now. Each is due again after a minute, doubling '
'with each attempt, unless record_provider_call records its outcome. A provider performs a call with the same '
'idempotency key only once. For the billing process.';

grant execute on function billing_private.claim_provider_calls to app_billing;
