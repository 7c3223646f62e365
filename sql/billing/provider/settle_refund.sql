create or replace function billing_private.settle_refund(provider text, refund_id text, state text) returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  refund billing.refunds;
begin
  if state is null or state not in ('pending', 'succeeded', 'failed') then
    perform app_hidden.refuse('invalid_argument', 'Refunds are pending, succeeded or failed.', '{"argument": "state"}');
  end if;
  select r.* into refund from billing.refunds r
  join billing.payments p on p.clinic_id = r.clinic_id and p.id = r.payment_id
  where r.provider_refund = settle_refund.refund_id and p.provider = settle_refund.provider;
  return billing_private.end_refund(refund.clinic_id, refund.id, settle_refund.state::billing.refund_state);
end
$$;

comment on function billing_private.settle_refund is
'Applies the state of a refund at the provider, by the provider''s id. The money of one that failed is credit again. '
'One that has ended stays as it is. Returns its state, null for an unknown one. For the billing process. Refuses '
'invalid_argument.';

grant execute on function billing_private.settle_refund to app_billing;
