create or replace function billing.grant_goodwill(
  clinic_id bigint, customer_id bigint, amount bigint, reason text, idempotency_key text default null)
returns billing.credits
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  credit billing.credits;
begin
  perform app_private.require_clinic_role(grant_goodwill.clinic_id, 'manage');
  credit := app_private.begin_idempotent(grant_goodwill.clinic_id, grant_goodwill.idempotency_key, 'grant_goodwill',
    jsonb_build_array(grant_goodwill.customer_id, grant_goodwill.amount, grant_goodwill.reason),
    null::billing.credits);
  if credit.clinic_id is not null then
    return credit;
  end if;
  perform billing_private.require_amount(grant_goodwill.amount);
  perform billing_private.require_customer_of_clinic(grant_goodwill.clinic_id, grant_goodwill.customer_id);
  perform billing_private.move_money('goodwill_to_credit', grant_goodwill.amount, grant_goodwill.clinic_id,
    grant_goodwill.customer_id, billing_private.currency_of(grant_goodwill.clinic_id),
    reason => grant_goodwill.reason);
  select c.* into credit from billing.credits c
  where c.clinic_id = grant_goodwill.clinic_id and c.customer_id = grant_goodwill.customer_id
    and c.currency = billing_private.currency_of(grant_goodwill.clinic_id);
  perform app_private.finish_idempotent(credit.clinic_id, grant_goodwill.idempotency_key, credit);
  return credit;
end
$$;

comment on function billing.grant_goodwill is
'Gives a customer credit that nobody paid for, such as an apology. For managers. Refuses forbidden, unauthenticated, '
'amount_not_accepted, customer_not_found, clinic_not_found, idempotency_key_reused, invalid_argument, text_too_long, '
'text_not_accepted.';

grant execute on function billing.grant_goodwill to app_staff;
