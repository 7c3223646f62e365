create or replace function billing_private.settle_share(
  checkout_id bigint, state text, received bigint default null, provider_payment text default null)
returns text
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  checkout billing.checkouts;
begin
  if state is null or state not in ('paid', 'expired', 'failed')
     or (state = 'paid') <> (received is not null)
     or coalesce(received > 0, false) <> (provider_payment is not null) then
    perform app_hidden.refuse('invalid_argument', 'A share is paid, with a payment, or expired, or failed.',
      '{"argument": "state"}');
  end if;
  select c.* into checkout from billing.checkouts c
  where c.id = settle_share.checkout_id and c.is_share for no key update;
  if checkout.id is null then
    perform app_hidden.refuse('checkout_not_found', 'This database has no such share.',
      jsonb_build_object('checkoutId', settle_share.checkout_id::text));
  elsif checkout.state <> 'paid' and settle_share.state <> 'paid' then
    perform billing_private.end_unpaid_checkout(checkout.id, settle_share.state::billing.checkout_state);
    return null;
  elsif checkout.state <> 'paid' then
    checkout.outcome :=
      billing_private.complete_checkout(checkout.id, settle_share.received, settle_share.provider_payment);
  end if;
  return case when not exists (
    -- Their outcome is this one's, too.
    select from billing_private.checkout_shares s where s.checkout_id = checkout.id and s.due_since is not null)
    then checkout.outcome end;
end
$$;

comment on function billing_private.settle_share is
'Records in the database with a share how its checkout has ended: paid, with what was `received` for the share, or '
'expired or failed, which frees what the share holds. Money that arrives after that becomes credit. May be called any '
'number of times. Returns the outcome of a paid share: booked, paid or credited; null as long as the money has to be '
'passed on to where clinics have moved. For the billing process of the global database. Refuses checkout_not_found, '
'invalid_argument, not_here.';

grant execute on function billing_private.settle_share to app_billing;
