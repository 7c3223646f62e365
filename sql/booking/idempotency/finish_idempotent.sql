create or replace function app_private.finish_idempotent(clinic_id bigint, key text, outcome anyelement) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  if key is not null then
    update app_private.idempotency_keys ik set outcome = to_jsonb(finish_idempotent.outcome)
    where ik.clinic_id = finish_idempotent.clinic_id and ik.account_id = app_private.idempotent_caller()
      and ik.key = finish_idempotent.key;
  end if;
end
$$;

comment on function app_private.finish_idempotent is
'Stores the outcome of an operation that app_private.begin_idempotent began in the same transaction. Without a key it '
'does nothing.';
