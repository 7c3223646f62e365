create or replace function billing_private.record_refund(call billing_private.provider_calls, reply jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  update billing.refunds r set provider_refund = reply ->> 'refundId'
  where r.clinic_id = call.clinic_id and r.id = call.refund_id and reply ->> 'refundId' is not null;
  if call.state = 'failed' or reply ->> 'status' = 'failed' then
    perform billing_private.end_refund(call.clinic_id, call.refund_id, 'failed');
  elsif reply ->> 'status' = 'succeeded' then
    perform billing_private.end_refund(call.clinic_id, call.refund_id, 'succeeded');
  end if;
end
$$;

comment on function billing_private.record_refund is
'Records what a provider answered when it was asked for a refund: its id, and whether it has ended.';
