create or replace function billing_private.end_refund(clinic_id bigint, refund_id bigint, state billing.refund_state)
returns billing.refund_state
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  refund billing.refunds;
begin
  select r.* into refund from billing.refunds r
  where r.clinic_id = end_refund.clinic_id and r.id = end_refund.refund_id for no key update;
  if refund.state <> 'pending' or end_refund.state = 'pending' then
    return refund.state;
  end if;
  update billing.refunds r set state = end_refund.state, ended_at = now()
  where r.clinic_id = refund.clinic_id and r.id = refund.id returning * into refund;
  if refund.state = 'failed' then
    perform billing_private.move_money('refund_failed', refund.amount, refund.clinic_id, refund.customer_id,
      refund.currency, refund.payment_id, refund_id => refund.id);
    perform billing_private.move_money('payment_to_credit', refund.amount, refund.clinic_id, refund.customer_id,
      refund.currency, refund.payment_id);
  end if;
  return refund.state;
end
$$;

comment on function billing_private.end_refund is
'Ends a pending refund. The money of one that failed is the customer''s credit again. One that has ended stays as it '
'is. Returns its state.';
