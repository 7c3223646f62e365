create or replace function billing_private.require_customer_of_clinic(clinic_id bigint, customer_id bigint)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- Locked, so that erase_customer waits, and so that transactions that count the customer's money here run one after
  -- another.
  perform from app_public.clinic_customers cc
  where cc.clinic_id = require_customer_of_clinic.clinic_id
    and cc.customer_id = require_customer_of_clinic.customer_id for no key update;
  if not found then
    perform app_hidden.refuse('customer_not_found', 'The clinic has no record of this customer.',
      jsonb_build_object('customerId', require_customer_of_clinic.customer_id::text));
  end if;
end
$$;

comment on function billing_private.require_customer_of_clinic is
'Locks a clinic''s record of a customer. Refuses customer_not_found.';
