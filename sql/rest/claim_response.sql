create or replace function app_hidden.claim_response(
  key text, fingerprint text, out status int, out headers jsonb, out body text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  caller bigint := app_hidden.current_account_id();
  known app_private.stored_responses;
begin
  if caller is null then
    -- Without an account, all anonymous callers would share their keys.
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  elsif key is null or char_length(key) not between 1 and 200 then
    perform app_hidden.refuse('invalid_argument', 'An idempotency key has 1 to 200 characters.',
      '{"argument": "Idempotency-Key"}');
  end if;
  -- As in app_private.begin_idempotent: a second caller with the same key waits here until the first commits, then
  -- finds the response.
  insert into app_private.stored_responses (account_id, key, fingerprint, rights)
  values (caller, claim_response.key, claim_response.fingerprint, app_private.current_rights())
  on conflict on constraint a_request_key_is_answered_once do nothing;
  if found then
    return;
  end if;
  select sr.* into known from app_private.stored_responses sr
  where sr.account_id = caller and sr.key = claim_response.key;
  if known.fingerprint is distinct from claim_response.fingerprint then
    perform app_hidden.refuse('idempotency_key_reused', 'This idempotency key was used for another request.');
  end if;
  if not app_private.caller_is_operator() and not known.rights <@ app_private.current_rights() then
    -- It is not known which right the response depended on, so losing any right is enough.
    perform app_hidden.refuse('forbidden',
      'You have lost a right since this request was executed. Its response is not returned again.');
  end if;
  status := known.status;
  headers := known.headers;
  body := known.body;
end
$$;

comment on function app_hidden.claim_response is
'Begins a request with an Idempotency-Key. All outputs are null if the request must be executed; otherwise they are '
'the response that was stored for the key. `key` has 1 to 200 characters; `fingerprint` identifies what is requested. '
'Call it in the transaction that executes the request: if the request is refused, the rollback removes the key and '
'the next attempt is executed anew. Callers must be signed in; each account has its own keys. A stored response is '
'returned only while the caller still has every right that they had when it was made. Refuses unauthenticated, '
'invalid_argument, idempotency_key_reused, forbidden.';

grant execute on function app_hidden.claim_response to app_customer;
