create or replace function billing.begin_checkout(
  clinic_id bigint, visits jsonb default null, invoice_ids bigint[] default null, uses_credit boolean default true,
  idempotency_key text default null, invoices jsonb default null)
returns billing.checkouts
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  checkout billing.checkouts;
  parts billing.checkout_parts[];
  shared jsonb;
begin
  if app_hidden.current_customer_id() is null then
    perform app_hidden.refuse('forbidden', 'Only customers pay online.');
  end if;
  checkout := app_private.begin_idempotent(begin_checkout.clinic_id, begin_checkout.idempotency_key, 'begin_checkout',
    jsonb_build_array(begin_checkout.visits, begin_checkout.invoice_ids, begin_checkout.uses_credit,
      begin_checkout.invoices),
    null::billing.checkouts);
  if checkout.id is null then
    parts := billing_private.visits_to_pay(begin_checkout.clinic_id,
        billing_private.items_to_pay(begin_checkout.visits, are_here => true))
      || billing_private.invoices_to_check_out(begin_checkout.clinic_id, begin_checkout.invoice_ids,
        billing_private.items_to_pay(begin_checkout.invoices, are_here => true));
    shared := billing_private.shares_of_checkout(begin_checkout.clinic_id, begin_checkout.visits,
      begin_checkout.invoices, begin_checkout.uses_credit, has_parts => cardinality(parts) > 0);
    checkout := billing_private.start_checkout(begin_checkout.clinic_id, parts, begin_checkout.uses_credit,
      shared => shared);
    perform app_private.finish_idempotent(begin_checkout.clinic_id, begin_checkout.idempotency_key, checkout);
  end if;
  -- Read again, since the provider's page may exist by now. Columns that callers may not read are emptied here, because
  -- column privileges do not apply to a function's result.
  select c.* into checkout from billing.checkouts c where c.id = checkout.id;
  checkout.provider_session := null;
  checkout.provider_account := null;
  return checkout;
end
$$;

comment on function billing.begin_checkout is
'Begins one payment for visits, which are booked when it arrives, and for invoices. `visits` is a list such as '
'[{"bookingSlotId": "12", "serviceId": "3", "clinicId": "1", "customerId": "9", "note": "…", "answers": […], '
'"online": true, "coupon": "SPRING"}], of which only the first two are needed; their slots are held, or their hold is '
'prolonged, for the clinic''s payment_hold_time. Visits without a clinicId are at the clinic `clinic_id`, and '
'`invoice_ids` are invoices of this clinic; `invoices`, such as [{"clinicId": "2", "invoiceId": "7"}], may be of any '
'clinic. Several clinics can be paid at once if they have the same currency and the same account at the same '
'provider; the slots are then held for the shortest payment_hold_time of these clinics. Everything that book_slot '
'would refuse is refused now. The customer pays on the page at `url`, which is null for some seconds, until the '
'provider has made the page. Unless `uses_credit` is false, each patient''s credit is used as far as needed, and the '
'rest, at least currencies.least_charge, is paid on the page. That credit is reserved until the checkout ends. If '
'credit or coupons cover everything, the checkout is paid at once. For customers and their dependants. Refuses '
'forbidden, unauthenticated, clinic_not_found, several_currencies, several_accounts, online_payment_not_available, '
'amount_not_payable_online (a provider that takes amounts with a 0 at the end only), nothing_to_pay, checkout_open '
'(the detail names the other checkout), already_paid, invoice_not_found, invoice_not_open, coupon_not_found, '
'coupon_not_valid, coupon_used_already, coupon_exhausted, currency_not_used, slot_not_found, slot_taken, slot_held, '
'slot_offered, slot_withdrawn, slot_reserved, service_not_found, service_not_offered, service_not_for_customer, '
'start_not_offered, run_not_free, no_resource_free, question_not_found, answer_missing, answer_not_accepted, '
'place_not_offered, booking_too_late, booking_too_far_ahead, too_many_bookings, held_too_often, email_not_confirmed, '
'network_takes_too_many, customer_busy, customer_not_found, idempotency_key_reused, invalid_argument, text_too_long, '
'text_not_accepted; with shards also global_database_first, shard_behind, shards_first, checkout_not_open.';

grant execute on function billing.begin_checkout to app_customer;
