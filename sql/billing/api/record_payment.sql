create or replace function billing.record_payment(
  clinic_id bigint, customer_id bigint, method billing.payment_method, amount bigint,
  invoice_ids bigint[] default null, idempotency_key text default null)
returns billing.payments
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  payment billing.payments;
  invoices billing.invoices[];
  due bigint;
begin
  perform app_private.require_clinic_role(record_payment.clinic_id, 'desk');
  payment := app_private.begin_idempotent(record_payment.clinic_id, record_payment.idempotency_key, 'record_payment',
    jsonb_build_array(record_payment.customer_id, record_payment.method, record_payment.amount,
      record_payment.invoice_ids), null::billing.payments);
  if payment.id is not null then
    return payment;
  end if;
  perform billing_private.require_amount(record_payment.amount);
  if record_payment.method = 'provider' then
    perform app_hidden.refuse('invalid_argument', 'Online payments are recorded by the billing process.',
      '{"argument": "method"}');
  end if;
  perform billing_private.require_customer_of_clinic(record_payment.clinic_id, record_payment.customer_id);
  invoices := billing_private.invoices_to_pay(record_payment.clinic_id, record_payment.customer_id,
    coalesce(record_payment.invoice_ids, '{}'));
  due := (select sum(i.due) from unnest(invoices) i);
  if record_payment.amount > due then
    perform app_hidden.refuse('amount_exceeds_due', 'More than is due cannot be paid.',
      jsonb_build_object('due', due::text));
  end if;
  insert into billing.payments (clinic_id, customer_id, currency, method, received, recorded_by_account_id)
  values (record_payment.clinic_id, record_payment.customer_id,
    coalesce((invoices[1]).currency, billing_private.currency_of(record_payment.clinic_id)), record_payment.method,
    record_payment.amount, app_hidden.current_account_id())
  returning * into payment;
  perform billing_private.pay_from(payment, invoices, payment.received);
  select p.* into payment from billing.payments p where p.clinic_id = payment.clinic_id and p.id = payment.id;
  perform app_private.finish_idempotent(payment.clinic_id, record_payment.idempotency_key, payment);
  return payment;
end
$$;

comment on function billing.record_payment is
'Records money that the desk received: cash, transfer or card_terminal. It pays the invoices that are named; if it is '
'not enough for all of them, each is paid in proportion to what is due on it. Drafts are issued. Without invoices it '
'becomes credit. For the desk. Refuses forbidden, unauthenticated, amount_not_accepted, invalid_argument, '
'customer_not_found, invoice_not_found, invoice_not_open (void), already_paid, amount_exceeds_due, nothing_to_pay, '
'idempotency_key_reused.';

grant execute on function billing.record_payment to app_staff;
