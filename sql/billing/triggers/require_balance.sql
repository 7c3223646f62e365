create or replace function billing_private.require_balance() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  the_clinic constant bigint := to_jsonb(NEW) ->> 'clinic_id';
  the_id constant bigint := coalesce(to_jsonb(NEW) ->> 'id', to_jsonb(NEW) ->> 'customer_id');
begin
  perform from billing.books_that_do_not_balance b
  where b.record = TG_TABLE_NAME and b.clinic_id is not distinct from the_clinic
    and b.id = the_id;
  if found then
    raise exception 'a row of % does not equal what it is the sum of: %', TG_TABLE_NAME, the_id
      using errcode = 'check_violation', constraint = TG_NAME, schema = TG_TABLE_SCHEMA, table = TG_TABLE_NAME;
  end if;
  return null;
end
$$;

comment on function billing_private.require_balance is
'Trigger at the end of a transaction: refuses a row that is in billing.books_that_do_not_balance.';
