create or replace function billing_private.prepayment_of(price billing.prices, payable bigint) returns bigint
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return case price.payment_rule when 'full' then payable when 'deposit' then least(price.deposit, payable) else 0 end;
end
$$;

comment on function billing_private.prepayment_of is
'What patients pay before a visit is booked: the part of `payable` (the price, less a discount) that the rule of the '
'price demands.';
