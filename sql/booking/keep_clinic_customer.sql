create or replace function app_private.keep_clinic_customer(clinic_id bigint, customer app_public.customers) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- The row is also the lock under which one customer's bookings and holds in a clinic are counted.
  perform from app_public.clinic_customers cc
  where cc.clinic_id = keep_clinic_customer.clinic_id and cc.customer_id = customer.id for no key update;
  if found then
    return;
  end if;
  insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email, phone, copied_from_profile)
  values (keep_clinic_customer.clinic_id, customer.id, customer.full_name, customer.email, customer.phone, '{full_name,email,phone}')
  on conflict on constraint a_clinic_keeps_one_record_of_a_customer do nothing;
  perform from app_public.clinic_customers cc
  where cc.clinic_id = keep_clinic_customer.clinic_id and cc.customer_id = customer.id for no key update;
end
$$;

comment on function app_private.keep_clinic_customer(bigint, app_public.customers) is
'The clinic''s own record of a customer: made by the first hold or booking there as a copy of the profile, which it follows column by column until the clinic edits it, and locked until the transaction ends.';

revoke all on function app_private.keep_clinic_customer(bigint, app_public.customers) from public;
