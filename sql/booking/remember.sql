create or replace function app_private.remember(clinic_id bigint, key text, outcome jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  if key is not null then
    update app_private.idempotency_keys ik set outcome = remember.outcome
    where ik.clinic_id = remember.clinic_id and ik.account_id = coalesce(app_hidden.current_account_id(), 0) and ik.key = remember.key;
  end if;
end
$$;

comment on function app_private.remember(bigint, text, jsonb) is 'Stores the outcome of an operation opened by app_private.replay, in its transaction.';

revoke all on function app_private.remember(bigint, text, jsonb) from public;
