create or replace function billing_private.require_payable_amounts() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  provider text;
begin
  select a.provider into provider from billing_private.provider_accounts a where a.clinic_id = NEW.clinic_id;
  perform billing_private.require_payable(NEW.amount, provider, NEW.currency);
  perform billing_private.require_payable((to_jsonb(NEW) ->> 'deposit')::bigint, provider, NEW.currency, 'deposit');
  return NEW;
end
$$;

comment on function billing_private.require_payable_amounts is
'Trigger: refuses (amount_not_payable_online) a price, its deposit or a coupon that the provider of the clinic could '
'not receive.';
