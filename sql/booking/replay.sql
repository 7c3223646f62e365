create or replace function app_private.replay(clinic_id bigint, key text, operation text, arguments jsonb) returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  caller bigint := coalesce(app_hidden.current_account_id(), 0);
  known app_private.idempotency_keys;
begin
  if key is null then
    return null;
  end if;
  if char_length(key) not between 1 and 200 then
    perform app_hidden.refuse('invalid_argument', 'An idempotency key has 1 to 200 characters.', '{"argument": "idempotencyKey"}');
  end if;
  -- A second caller with the same key waits here until the first has committed, then finds the outcome; if the first failed, it goes on itself.
  insert into app_private.idempotency_keys as ik (clinic_id, account_id, key, operation, arguments)
  values (replay.clinic_id, caller, replay.key, replay.operation, replay.arguments)
  on conflict on constraint an_idempotency_key_is_used_once do nothing;
  if found then
    return null;
  end if;
  select ik.* into known from app_private.idempotency_keys ik
  where ik.clinic_id = replay.clinic_id and ik.account_id = caller and ik.key = replay.key;
  if (known.operation, known.arguments) is distinct from (replay.operation, replay.arguments) then
    perform app_hidden.refuse('idempotency_key_reused', 'This idempotency key was used for something else.', jsonb_build_object('operation', known.operation));
  end if;
  return known.outcome;
end
$$;

comment on function app_private.replay(bigint, text, text, jsonb) is
'Opens an operation under a caller''s idempotency key: null when it has to be done (or there is no key), else the stored outcome. What was refused left nothing behind and is judged anew. To be called after the caller''s right to the operation was checked: a right that has ended must not give a stored outcome. Refuses idempotency_key_reused, invalid_argument.';

revoke all on function app_private.replay(bigint, text, text, jsonb) from public;
