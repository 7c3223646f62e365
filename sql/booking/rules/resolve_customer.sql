create or replace function app_private.resolve_customer(clinic_id bigint, customer_id bigint)
returns app_public.customers
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
  if target <> all (app_hidden.current_customer_ids()) then
    perform app_private.require_clinic_role(resolve_customer.clinic_id, 'desk');
  end if;
  if target <> app_hidden.current_customer_id() and target = any (app_hidden.current_customer_ids()) then
    -- A merged id stands for the person only in the records of the clinic that has it. Elsewhere there is one record of
    -- the person, the survivor's.
    target := coalesce((
      select c.merged_into_id from app_public.customers c
      where c.id = target and not exists (
        select from app_public.clinic_customers cc
        where cc.clinic_id = resolve_customer.clinic_id and cc.customer_id = c.id)), target);
  end if;
  -- A share lock: a customer who is being removed cannot book at the same time, but one can book at two clinics
  -- at the same time.
  select c.* into customer from app_public.customers c where c.id = target and c.is_active for share;
  -- The desk books only for customers in its clinic's records. Otherwise a booking would reveal the name of any
  -- customer id.
  if customer.id is null or (
       target <> all (app_hidden.current_customer_ids())
       and not app_private.caller_is_operator()
       and not exists (select from app_public.clinic_customers cc
         where cc.clinic_id = resolve_customer.clinic_id and cc.customer_id = target)) then
    perform app_hidden.refuse('customer_not_found',
      'No such customer. The desk adds new ones with add_clinic_customer.',
      jsonb_build_object('customerId', target::text));
  end if;
  if customer.id <> app_hidden.current_customer_id() and customer.id = any (app_hidden.current_customer_ids())
     and not app_private.still_acts_for(customer.id) then
    perform app_hidden.refuse('customer_not_found', 'You no longer act for this customer.',
      jsonb_build_object('customerId', customer.id::text));
  end if;
  return customer;
end
$$;

comment on function app_private.resolve_customer is
'The customer for whom the caller acts in a clinic: the caller if `customer_id` is null, else that customer, who is a '
'dependant or merged record of the caller, or whom the desk names from the clinic''s records. Locks the customer. '
'Refuses unauthenticated, forbidden, customer_not_found, invalid_argument.';
