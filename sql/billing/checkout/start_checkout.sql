create or replace function billing_private.start_checkout(
  clinic_id bigint, parts billing.checkout_parts[], uses_credit boolean, shared jsonb default null,
  share_of jsonb default null)
returns billing.checkouts
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  shares constant billing_private.checkout_shares[] := billing_private.read_shares(shared);
  checkout billing.checkouts;
  policy app_public.policies;
  part billing.checkout_parts;
  to_pay bigint;
  hold_end timestamptz;
  provider text;
begin
  policy := billing_private.policy_of_clinics(coalesce(
    (select array_agg(distinct p.clinic_id) from unnest(parts) p), array[start_checkout.clinic_id]));
  if policy.clinic_id is null then
    perform app_hidden.refuse('clinic_not_found', 'No such clinic.',
      jsonb_build_object('clinicId', start_checkout.clinic_id::text));
  elsif cardinality(parts) = 0 then
    perform app_hidden.refuse('nothing_to_pay', 'Name visits or invoices to pay for.');
  end if;
  perform billing_private.require_account_of(share_of, policy);
  if uses_credit then
    parts := billing_private.use_credit(parts, policy);
  end if;
  select sum(p.amount - p.credit) into to_pay from unnest(parts) p;
  to_pay := to_pay + (select coalesce(sum(s.amount), 0) from unnest(shares) s);
  if to_pay > 0 then
    provider := billing_private.provider_of(policy.clinic_id);
    perform billing_private.require_payable(to_pay, provider, policy.currency);
  end if;
  hold_end := now() + least(policy.payment_hold_time, (
    select make_interval(secs => min((s ->> 'holdSeconds')::int)) from jsonb_array_elements(shared -> 'shares') s));
  insert into billing.checkouts (id, customer_id, currency, amount, provider, provider_account, clinics, account_id,
    is_share, expires_at)
  overriding system value
  values (
    coalesce((coalesce(shared, share_of) ->> 'checkoutId')::bigint, nextval('billing.checkouts_id_seq')),
    app_hidden.current_customer_id(), policy.currency, to_pay, provider,
    (select a.account from billing_private.provider_accounts a where a.clinic_id = policy.clinic_id and to_pay > 0),
    (select count(distinct p.clinic_id) from unnest(parts) p)
      + (select coalesce(sum(s.clinics), 0) from unnest(shares) s),
    app_hidden.current_account_id(), share_of is not null,
    -- The slots are held two minutes longer, so that a payment at the last moment still finds them.
    hold_end - interval '2 minutes')
  on conflict on constraint checkouts_are_identified_by_id do nothing
  returning * into checkout;
  if checkout.id is null then
    perform app_hidden.refuse('checkout_not_open', 'Meanwhile this was given up. Begin again.',
      '{"state": "expired"}');
  elsif share_of is not null then
    -- Until the database with the page reports how the checkout has ended, even if that takes longer than usual.
    hold_end := now() + interval '1 day';
  end if;
  insert into billing_private.checkout_shares (checkout_id, shard_id, share_id, clinics, clinic_names, amount)
  select checkout.id, s.shard_id, checkout.id, s.clinics, s.clinic_names, s.amount from unnest(shares) s;
  foreach part in array parts loop
    perform billing_private.add_part(checkout, part, hold_end);
  end loop;
  perform billing_private.assert_bookable(checkout);
  if share_of is not null then
    return checkout;
  elsif to_pay = 0 then
    perform billing_private.complete_checkout(checkout.id, 0);
  else
    perform billing_private.queue_session(checkout, policy);
  end if;
  return checkout;
end
$$;

comment on function billing_private.start_checkout is
'Makes a checkout of its parts, for which credit is used as far as needed. If nothing remains to be paid through the '
'provider, the checkout is completed at once; otherwise the credit is reserved and the provider is asked for a page. '
'`shared`: its shares in other databases, as billing_private.shares_of_checkout returns them. `share_of`: for a '
'share, which has no page, the arguments of app_hidden.begin_share. Refuses nothing_to_pay, clinic_not_found, '
'several_currencies, several_accounts, online_payment_not_available, amount_not_payable_online, checkout_open, '
'checkout_not_open, and what app_public.book_slot and billing_private.use_coupon refuse.';
