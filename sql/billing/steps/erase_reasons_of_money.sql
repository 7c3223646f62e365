create or replace function billing_private.erase_reasons_of_money(customer_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('medislot.erasing', 'on', true);
  update billing.movements m set reason = null
  where m.customer_id = erase_reasons_of_money.customer_id and m.reason is not null;
  perform set_config('medislot.erasing', '', true);
  update billing.refunds r set reason = null
  where r.customer_id = erase_reasons_of_money.customer_id and r.reason is not null;
  update billing.checkout_parts p set note = null, answers = null
  where p.customer_id = erase_reasons_of_money.customer_id and num_nonnulls(p.note, p.answers) > 0;
end
$$;

comment on function billing_private.erase_reasons_of_money is
'Deletes what was written about a customer in the records of money. Invoices, payments and movements stay: the law '
'requires them. They hold no name.';
