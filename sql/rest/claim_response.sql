create or replace function app_hidden.claim_response(key text, fingerprint text, out status int, out headers jsonb, out body text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  caller bigint := app_hidden.current_account_id();
  known app_private.stored_responses;
begin
  if caller is null then
    -- Nobody's keys would be everybody's.
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  elsif key is null or char_length(key) not between 1 and 200 then
    perform app_hidden.refuse('invalid_argument', 'An idempotency key has 1 to 200 characters.', '{"argument": "Idempotency-Key"}');
  end if;
  -- As in app_private.replay: a second caller with the same key waits here until the first has committed, then finds the response.
  insert into app_private.stored_responses (account_id, key, fingerprint)
  values (caller, claim_response.key, claim_response.fingerprint)
  on conflict on constraint a_request_key_is_answered_once do nothing;
  if found then
    return;
  end if;
  select sr.* into known from app_private.stored_responses sr where sr.account_id = caller and sr.key = claim_response.key;
  if known.fingerprint is distinct from claim_response.fingerprint then
    perform app_hidden.refuse('idempotency_key_reused', 'This idempotency key was used for another request.');
  end if;
  status := known.status;
  headers := known.headers;
  body := known.body;
end
$$;

comment on function app_hidden.claim_response(text, text) is
'Opens a request under its Idempotency-Key: nulls when it is to be carried out, else the response stored for it. `fingerprint` says what the request asks. To be called in the transaction that carries the request out: what is refused rolls back, leaves nothing behind and is judged anew. For whoever is signed in, whose keys are their own. Refuses unauthenticated, invalid_argument, idempotency_key_reused.';

revoke all on function app_hidden.claim_response(text, text) from public;
grant execute on function app_hidden.claim_response(text, text) to app_customer;
