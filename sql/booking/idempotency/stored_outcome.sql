create or replace function app_private.stored_outcome(clinic_id bigint, key text, operation text, arguments jsonb)
returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  caller bigint := app_private.idempotent_caller();
  stored app_private.idempotency_keys;
begin
  if key is null then
    return null;
  end if;
  if char_length(key) not between 1 and 200 then
    perform app_hidden.refuse('invalid_argument', 'An idempotency key has 1 to 200 characters.',
      '{"argument": "idempotencyKey"}');
  end if;
  -- A second call with the same key waits here until the first has ended. If the first committed, the second finds its
  -- outcome; if the first failed, the second performs the operation.
  insert into app_private.idempotency_keys as ik (clinic_id, account_id, key, operation, arguments)
  values (stored_outcome.clinic_id, caller, stored_outcome.key, stored_outcome.operation, stored_outcome.arguments)
  on conflict on constraint an_idempotency_key_is_used_once do nothing;
  if found then
    return null;
  end if;
  select ik.* into stored from app_private.idempotency_keys ik
  where ik.clinic_id = stored_outcome.clinic_id and ik.account_id = caller and ik.key = stored_outcome.key;
  if (stored.operation, stored.arguments) is distinct from (stored_outcome.operation, stored_outcome.arguments) then
    perform app_hidden.refuse('idempotency_key_reused', 'This idempotency key was used for something else.',
      jsonb_build_object('operation', stored.operation));
  end if;
  return stored.outcome;
end
$$;

comment on function app_private.stored_outcome is
'Reserves a caller''s idempotency key for an operation and returns null, or returns the outcome stored under it. '
'Without a key it does nothing and returns null. A refused operation stores nothing, so its repetition is checked '
'anew. Call it after the caller''s right to the operation was checked: a caller who has lost the right must not get '
'a stored outcome. Refuses idempotency_key_reused, invalid_argument.';
