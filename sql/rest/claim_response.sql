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
  insert into app_private.stored_responses (account_id, key, fingerprint, rights)
  values (caller, claim_response.key, claim_response.fingerprint, app_private.current_rights())
  on conflict on constraint a_request_key_is_answered_once do nothing;
  if found then
    return;
  end if;
  select sr.* into known from app_private.stored_responses sr where sr.account_id = caller and sr.key = claim_response.key;
  if known.fingerprint is distinct from claim_response.fingerprint then
    perform app_hidden.refuse('idempotency_key_reused', 'This idempotency key was used for another request.');
  end if;
  if not app_private.caller_is_operator() and not known.rights <@ app_private.current_rights() then
    -- Which right the response depended on is not known, so the loss of any is enough.
    perform app_hidden.refuse('forbidden', 'You have lost a right since this request was carried out. Its response is not given again.');
  end if;
  status := known.status;
  headers := known.headers;
  body := known.body;
end
$$;

comment on function app_hidden.claim_response(text, text) is
'Opens a request under its Idempotency-Key: nulls when it is to be carried out, else the response stored for it. `fingerprint` says what the request asks. To be called in the transaction that carries the request out: what is refused rolls back, leaves nothing behind and is judged anew. For callers who are signed in; each account has its own keys. A stored response is given only while the caller has every right they had when it was made. Refuses unauthenticated, invalid_argument, idempotency_key_reused, forbidden.';

revoke all on function app_hidden.claim_response(text, text) from public;
grant execute on function app_hidden.claim_response(text, text) to app_customer;
