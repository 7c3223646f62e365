create or replace function app_private.renew_customer_ids() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  if app_hidden.current_customer_id() is not null then
    execute format('set local medislot.customer_ids = %L',
      app_private.customers_of_person(app_hidden.current_customer_id()));
  end if;
end
$$;

comment on function app_private.renew_customer_ids is
'Computes the claim medislot.customer_ids again, after the caller''s dependants or merged records have changed in '
'this transaction.';
