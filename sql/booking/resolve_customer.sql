create or replace function app_private.resolve_customer(clinic_id bigint, customer_id bigint) returns app_public.customers
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  target bigint := coalesce(resolve_customer.customer_id, app_hidden.current_customer_id());
  customer app_public.customers;
begin
  if target is null then
    if app_hidden.current_account_id() is null and not app_private.caller_is_operator() then
      perform app_hidden.refuse('unauthenticated', 'Sign in first.');
    end if;
    perform app_hidden.refuse('invalid_argument', 'Say for which customer.', '{"argument": "customerId"}');
  end if;
  if target is distinct from app_hidden.current_customer_id() then
    perform app_private.require_clinic_role(resolve_customer.clinic_id, 'desk');
  end if;
  -- Shared, so that a customer who is being removed gets no booking in that instant; one who books at two clinics at once does.
  select c.* into customer from app_public.customers c where c.id = target and c.is_active for share;
  -- The desk books for people of its own records only. Otherwise a booking would tell it the name behind any number.
  if customer.id is null or (
       target is distinct from app_hidden.current_customer_id()
       and not app_private.caller_is_operator()
       and not exists (select from app_public.clinic_customers cc where cc.clinic_id = resolve_customer.clinic_id and cc.customer_id = target)) then
    perform app_hidden.refuse('customer_not_found', 'No such customer. The desk adds new ones with add_clinic_customer.',
      jsonb_build_object('customerId', target::text));
  end if;
  return customer;
end
$$;

comment on function app_private.resolve_customer(bigint, bigint) is
'For whom the caller acts in a clinic: themselves when null, or the customer named, which only the desk may do and only for customers in its records. Refuses unauthenticated, forbidden, customer_not_found, invalid_argument.';

revoke all on function app_private.resolve_customer(bigint, bigint) from public;
