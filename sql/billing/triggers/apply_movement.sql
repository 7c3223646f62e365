create or replace function billing_private.apply_movement() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- In the order in which they are locked: the invoice, the payment, the credit.
  if NEW.invoice_id is not null then
    update billing.invoices i
    set paid = i.paid + case NEW.kind when 'invoice_to_credit' then -NEW.amount else NEW.amount end
    where i.clinic_id = NEW.clinic_id and i.id = NEW.invoice_id;
  end if;
  if NEW.payment_id is not null then
    update billing.payments p
    set spent = p.spent + case
          when NEW.kind in ('payment_to_invoice', 'payment_to_credit') then NEW.amount
          when NEW.kind = 'credit_to_payment' then -NEW.amount
          else 0 end,
        refunded = p.refunded + case NEW.kind
          when 'payment_refunded' then NEW.amount when 'refund_failed' then -NEW.amount else 0 end
    where p.clinic_id = NEW.clinic_id and p.id = NEW.payment_id;
  end if;
  if NEW.kind in ('payment_to_credit', 'invoice_to_credit', 'goodwill_to_credit') then
    insert into billing.credits as c (clinic_id, customer_id, currency, balance)
    values (NEW.clinic_id, NEW.customer_id, NEW.currency, NEW.amount)
    on conflict on constraint a_customer_has_one_credit_in_a_clinic_and_currency
      do update set balance = c.balance + excluded.balance;
  elsif NEW.kind in ('credit_to_invoice', 'credit_to_payment') then
    -- What open checkouts have reserved is not spent by anything else.
    update billing.credits c set balance = c.balance - NEW.amount
    where c.clinic_id = NEW.clinic_id and c.customer_id = NEW.customer_id and c.currency = NEW.currency
      and c.available >= NEW.amount;
    if not found then
      perform app_hidden.refuse('insufficient_credit', 'The customer has not so much credit.',
        jsonb_build_object('amount', NEW.amount::text));
    end if;
  end if;
  return null;
end
$$;

comment on function billing_private.apply_movement is
'Trigger: applies a new movement to the sums that are stored for the two places between which the money moves. '
'Refuses insufficient_credit.';
