create or replace function app_private.ensure_clinic_customer(clinic_id bigint, customer app_public.customers)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  if app_private.lock_records_of_person(ensure_clinic_customer.clinic_id, customer.id) then
    return;
  end if;
  insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email, phone, copied_from_profile)
  values (ensure_clinic_customer.clinic_id, customer.id, customer.full_name, customer.email, customer.phone,
    '{full_name,email,phone}')
  on conflict on constraint a_clinic_keeps_one_record_of_a_customer do nothing;
  perform app_private.lock_records_of_person(ensure_clinic_customer.clinic_id, customer.id);
end
$$;

comment on function app_private.ensure_clinic_customer is
'Ensures that the clinic has a record of the customer and locks it until the transaction ends. A new record is a '
'copy of the profile; each of its columns follows the profile until the clinic edits it.';
