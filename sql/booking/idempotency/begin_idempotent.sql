create or replace function app_private.begin_idempotent(
  clinic_id bigint, key text, operation text, arguments jsonb, base anyelement)
returns anyelement
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  if key is null then
    return null;
  end if;
  return jsonb_populate_record(base, app_private.stored_outcome(
    begin_idempotent.clinic_id, begin_idempotent.key, begin_idempotent.operation, begin_idempotent.arguments));
end
$$;

comment on function app_private.begin_idempotent is
'Begins an operation under a caller''s idempotency key: returns the row that it returned before, or null if it has to '
'be performed (or if there is no key). `base` is a null of the row''s type, as in jsonb_populate_record. The '
'operation ends with app_private.finish_idempotent. Check the caller''s right to the operation first. Refuses '
'idempotency_key_reused, invalid_argument.';
