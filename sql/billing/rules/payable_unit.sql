create or replace function billing_private.payable_unit(provider text, currency text) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return case when provider = 'stripe' and (
    select c.exponent = 3 from billing.currencies c where c.code = payable_unit.currency) then 10 else 1 end;
end
$$;

comment on function billing_private.payable_unit is
'The amount of which everything that a provider receives or pays back is a multiple: 10 minor units for Stripe and '
'currencies with three decimals, which it takes only with a 0 at the end, else 1. The provider may be null.';
