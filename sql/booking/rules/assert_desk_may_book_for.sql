create or replace function app_private.assert_desk_may_book_for(customer app_public.customers) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if customer.account_id is not null and customer.email_verified_at is null then
    perform app_hidden.refuse('customer_not_confirmed',
      'This patient registered and has not confirmed the e-mail address. Add the patient with add_clinic_customer.',
      jsonb_build_object('customerId', customer.id::text));
  end if;
end
$$;

comment on function app_private.assert_desk_may_book_for is
'Refuses (customer_not_confirmed) to let the desk book or hold a slot for a customer who registered and has not '
'confirmed the e-mail address: a stranger who used the name and the address of a patient would see the visit and '
'could cancel it.';
