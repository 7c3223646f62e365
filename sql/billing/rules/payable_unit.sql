create or replace function billing_private.payable_unit(provider text, currency text) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return case when provider = 'stripe' and (
    select c.exponent = 3 from billing.currencies c where c.code = payable_unit.currency) then 10 else 1 end;
end
$$;

comment on function billing_private.payable_unit is
'Amounts that a provider receives or pays back have to be multiples of this: 10 minor units for Stripe in currencies '
'with three decimals, whose amounts have to end in 0, else 1. The provider may be null.';
