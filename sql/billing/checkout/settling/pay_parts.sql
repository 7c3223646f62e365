create or replace function billing_private.pay_parts(
  checkout billing.checkouts, provider_payment text, uses_credit boolean)
returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  payer record;
  part billing.checkout_parts;
  invoice billing.invoices;
  payment billing.payments;
  amount bigint;
  paid bigint;
  is_credited boolean := false;
  shares constant bigint[] := billing_private.receive_shares(checkout, provider_payment);
begin
  for payer in
    select p.clinic_id, p.customer_id, (row_number() over (order by p.clinic_id, p.customer_id))::int as n
    from billing.checkout_parts p
    where p.checkout_id = checkout.id group by p.clinic_id, p.customer_id
    order by p.clinic_id, p.customer_id
  loop
    payment := null;
    if shares[payer.n] > 0 then
      insert into billing.payments (clinic_id, customer_id, currency, method, checkout_id, provider,
        provider_payment, received)
      values (payer.clinic_id, payer.customer_id, checkout.currency, 'provider', checkout.id, checkout.provider,
        pay_parts.provider_payment, shares[payer.n])
      returning * into payment;
    end if;
    amount := coalesce(payment.received, 0);
    for part in
      select p.* from billing.checkout_parts p
      where p.checkout_id = checkout.id and p.clinic_id = payer.clinic_id and p.customer_id = payer.customer_id
      order by p.id
    loop
      if part.invoice_id is null then
        is_credited := true;
        continue;
      end if;
      invoice := billing_private.lock_invoice(part.clinic_id, part.invoice_id);
      paid := least(part.amount - part.credit, invoice.due, amount);
      perform billing_private.move_money('payment_to_invoice', paid, invoice.clinic_id, invoice.customer_id,
        invoice.currency, payment.id, invoice.id);
      amount := amount - paid;
      if uses_credit then
        perform billing_private.move_money('credit_to_invoice', least(part.credit, invoice.due - paid),
          invoice.clinic_id, invoice.customer_id, invoice.currency, invoice_id => invoice.id);
      end if;
    end loop;
    if amount > 0 then
      perform billing_private.move_money('payment_to_credit', amount, payment.clinic_id, payment.customer_id,
        payment.currency, payment.id);
      is_credited := true;
    end if;
    if payment.id is not null then
      perform billing_private.queue_mail('payment_received', payment.clinic_id, payment.customer_id,
        payment.received - amount, payment.currency);
      perform billing_private.queue_mail('credit_received', payment.clinic_id, payment.customer_id, amount,
        payment.currency);
    end if;
  end loop;
  return is_credited;
end
$$;

comment on function billing_private.pay_parts is
'Makes the payments of a paid checkout, one for each clinic and patient, and pays the invoices of its parts from them '
'and, with `uses_credit`, from the credit that was reserved; what is left of the payments becomes credit. The invoices '
'are issued, and the parts are closed. Returns whether something became credit, or a visit was not booked.';
