create or replace function app_private.as_desk_or_customer(clinic_id bigint, customer_id bigint) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  if as_desk_or_customer.clinic_id = any (app_hidden.desk_clinic_ids()) or app_private.caller_is_operator() then
    return true;
  elsif as_desk_or_customer.customer_id = any (app_hidden.current_customer_ids())
     and (as_desk_or_customer.customer_id = app_hidden.current_customer_id()
       or app_private.still_acts_for(as_desk_or_customer.customer_id)) then
    return false;
  end if;
  return null;
end
$$;

comment on function app_private.as_desk_or_customer is
'Whether the caller acts on a row of a customer at a clinic as the clinic''s desk or an operator (true), or as the '
'customer: themselves, a guardian or the person of a merged record (false). Null for all other callers.';
