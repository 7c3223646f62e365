create or replace function billing.quote(
  clinic_id bigint, service_id bigint, doctor_id bigint, visit_date date, coupon text default null)
returns billing.quote
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  price constant billing.prices := billing_private.price_of(quote.clinic_id, quote.service_id, quote.doctor_id,
    quote.visit_date);
  result billing.quote;
begin
  if price.id is null then
    return null;
  end if;
  result.price_id := price.id;
  result.amount := price.amount;
  result.currency := price.currency;
  result.payment_rule := price.payment_rule;
  result.discount := 0;
  if quote.coupon is not null then
    -- Anonymous callers could find codes by trying.
    if app_hidden.current_account_id() is null and not app_private.caller_is_operator() then
      perform app_hidden.refuse('unauthenticated', 'Sign in first.');
    end if;
    result.discount := billing_private.discount_of(
      billing_private.coupon_of(quote.clinic_id, quote.coupon, app_hidden.current_customer_id()), price.amount);
  end if;
  result.payable := result.amount - result.discount;
  result.due_now := billing_private.prepayment_of(price, result.payable);
  return result;
end
$$;

comment on function billing.quote is
'What a visit for this service costs with this doctor on this local date of the clinic; callers who are signed in may '
'add a coupon. Null if there is no price. Open to everybody. Refuses unauthenticated, coupon_not_found, '
'coupon_not_valid, coupon_used_already, coupon_exhausted.';

grant execute on function billing.quote to app_anonymous;
