create or replace function billing_private.acts_as_desk_for(clinic_id bigint, customer_id bigint) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  as_desk boolean := app_private.as_desk_or_customer(acts_as_desk_for.clinic_id, acts_as_desk_for.customer_id);
begin
  if as_desk is null and app_hidden.current_account_id() is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  elsif as_desk is null then
    -- The caller may not learn whether the invoice exists.
    perform app_hidden.refuse('invoice_not_found', 'No such invoice in this clinic.');
  end if;
  return as_desk;
end
$$;

comment on function billing_private.acts_as_desk_for is
'Whether the caller acts on an invoice of the customer as the clinic''s desk (true) or as the customer, a guardian or '
'the person of a merged record (false). Refuses other callers: unauthenticated, invoice_not_found.';
