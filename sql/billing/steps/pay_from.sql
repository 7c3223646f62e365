create or replace function billing_private.pay_from(
  payment billing.payments, invoices billing.invoices[], amount bigint)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  dues constant bigint[] := array(select i.due from unnest(invoices) with ordinality i order by i.ordinality);
  total_due constant bigint := coalesce((select sum(d) from unnest(dues) d), 0);
  shares bigint[];
begin
  if total_due > 0 then
    shares := billing_private.split_amount(least(amount, total_due), dues);
    for i in 1 .. cardinality(invoices) loop
      perform billing_private.move_money('payment_to_invoice', shares[i], payment.clinic_id, payment.customer_id,
        payment.currency, payment.id, (invoices[i]).id);
    end loop;
  end if;
  perform billing_private.move_money('payment_to_credit', greatest(0, amount - total_due), payment.clinic_id,
    payment.customer_id, payment.currency, payment.id);
end
$$;

comment on function billing_private.pay_from is
'Pays issued, locked invoices from a payment of the same customer, in proportion to what is due; what is left of the '
'amount becomes credit.';
