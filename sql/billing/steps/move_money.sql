create or replace function billing_private.move_money(
  kind billing.movement_kind, amount bigint, clinic_id bigint, customer_id bigint, currency text,
  payment_id bigint default null, invoice_id bigint default null, refund_id bigint default null,
  reason text default null)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  if amount = 0 then
    return;
  end if;
  insert into billing.movements (kind, amount, clinic_id, customer_id, currency, payment_id, invoice_id, refund_id,
    reason, account_id)
  values (move_money.kind, move_money.amount, move_money.clinic_id, move_money.customer_id, move_money.currency,
    move_money.payment_id, move_money.invoice_id, move_money.refund_id, app_hidden.prose_or_null(move_money.reason),
    app_hidden.current_account_id());
end
$$;

comment on function billing_private.move_money is
'Moves an amount by adding a movement of this kind. An amount of 0 adds nothing. Refuses insufficient_credit, '
'text_too_long, text_not_accepted.';
