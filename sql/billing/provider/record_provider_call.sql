create or replace function billing_private.record_provider_call(
  call_id bigint, outcome text, reply jsonb default '{}', error text default null)
returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  seen billing_private.provider_calls;
  call billing_private.provider_calls;
begin
  if outcome is null or outcome not in ('done', 'failed', 'retry', 'unknown') then
    perform app_hidden.refuse('invalid_argument', 'Outcomes are done, failed, retry and unknown.',
      '{"argument": "outcome"}');
  end if;
  select pc.* into seen from billing_private.provider_calls pc where pc.id = record_provider_call.call_id;
  -- The checkout is locked before the call, because the transaction that ends it queues another call.
  perform from billing.checkouts c where c.id = seen.checkout_id for no key update;
  select pc.* into call from billing_private.provider_calls pc
  where pc.clinic_id = seen.clinic_id and pc.id = seen.id for no key update;
  if call.id is null then
    perform app_hidden.refuse('invalid_argument', 'No such call.', '{"argument": "callId"}');
  elsif call.state <> 'pending' then
    return call.state;
  end if;
  if outcome in ('retry', 'unknown') and not (call.kind = 'create_session' and call.attempts >= 12) then
    update billing_private.provider_calls pc
    set last_error = left(record_provider_call.error, 1000), key_number = pc.key_number + (outcome = 'retry')::int,
        -- Somebody may be waiting for the page.
        retry_at = case outcome when 'unknown' then pc.retry_at
          else now() + least(interval '5 seconds' * (2 ^ least(pc.attempts - 1, 12) - 1), interval '1 hour') end
    where pc.clinic_id = call.clinic_id and pc.id = call.id;
    return 'pending';
  end if;
  update billing_private.provider_calls pc
  set state = case outcome when 'done' then 'done' else 'failed' end, ended_at = now(),
      last_error = left(record_provider_call.error, 1000)
  where pc.clinic_id = call.clinic_id and pc.id = call.id returning pc.* into call;
  case call.kind
    when 'create_session' then perform billing_private.record_session(call, record_provider_call.reply);
    when 'refund' then perform billing_private.record_refund(call, record_provider_call.reply);
    else null;
  end case;
  return call.state;
end
$$;

comment on function billing_private.record_provider_call is
'Records the outcome of a claimed call and applies it: done, with the provider''s reply; failed, if the provider '
'refused for good; retry, if it is known to have had no effect (it is made again soon, with another key); unknown '
'(again with the same key). A page that cannot be made after 12 attempts has failed. Recording the outcome of an '
'ended call changes nothing. Returns the state of the call: pending, done or failed. For the billing process. Refuses '
'invalid_argument.';

grant execute on function billing_private.record_provider_call to app_billing;
