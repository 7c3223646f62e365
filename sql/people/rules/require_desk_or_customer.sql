create or replace function app_private.require_desk_or_customer(clinic_id bigint, customer_id bigint) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  as_desk boolean := app_private.as_desk_or_customer(
    require_desk_or_customer.clinic_id, require_desk_or_customer.customer_id);
begin
  if as_desk is null and app_hidden.current_account_id() is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  elsif as_desk is null and require_desk_or_customer.clinic_id = any (app_hidden.staff_clinic_ids()) then
    perform app_hidden.refuse('forbidden', 'Only the desk does this.');
  end if;
  return as_desk;
end
$$;

comment on function app_private.require_desk_or_customer is
'As as_desk_or_customer, but refuses callers who are not signed in (unauthenticated) and staff without the rights of '
'the desk (forbidden). Null for the others, who may not learn whether the row exists: the caller of this function '
'answers them as if it did not.';
