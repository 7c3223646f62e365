create or replace function app_hidden.begin_share(asked jsonb) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  own_shard constant int := coalesce((select i.shard_id from app_private.installation i), 0);
  checkout_id constant bigint := (asked ->> 'checkoutId')::bigint;
  checkout billing.checkouts;
begin
  if app_hidden.current_customer_id() is null then
    perform app_hidden.refuse('forbidden', 'Only customers pay online.');
  elsif coalesce(checkout_id / 1000000000000 = own_shard, true) then
    perform app_hidden.refuse('invalid_argument', 'A share has the id of a checkout in another database.',
      '{"argument": "checkoutId"}');
  end if;
  checkout := billing_private.start_checkout(null,
    billing_private.visits_to_pay(null, asked -> 'visits')
      || billing_private.invoices_to_check_out(null, null, asked -> 'invoices'),
    (asked ->> 'usesCredit')::boolean, share_of => asked);
  return (
    select jsonb_build_object('amount', checkout.amount::text, 'clinics', checkout.clinics,
      'holdSeconds', extract(epoch from min(po.payment_hold_time))::int,
      'clinicNames', jsonb_agg(c.name order by c.id))
    from app_public.clinics c join app_public.policies po on po.clinic_id = c.id
    where c.id in (select cp.clinic_id from billing.checkout_parts cp where cp.checkout_id = checkout.id));
end
$$;

comment on function app_hidden.begin_share is
'Makes the share of a checkout in another database of the installation (see billing_private.shares_of_checkout): a '
'checkout with its id and without a page, for the visits and invoices of clinics here. It holds the slots until the '
'other database reports how the checkout has ended, for a day at most. Returns {"amount", "clinics", "holdSeconds", '
'"clinicNames"}. Called by servers as the customer. Refuses forbidden, invalid_argument, several_currencies, '
'several_accounts (with the clinic that was named), checkout_not_open, and what billing.begin_checkout refuses.';

grant execute on function app_hidden.begin_share to app_customer;
