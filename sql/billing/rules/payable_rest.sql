create or replace function billing_private.payable_rest(rest bigint, provider text, currency text) returns bigint
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  unit constant bigint := billing_private.payable_unit(provider, currency);
  least_charge constant bigint := (
    select c.least_charge from billing.currencies c where c.code = payable_rest.currency);
begin
  return case when rest = 0 then 0 else (greatest(rest, least_charge) + unit - 1) / unit * unit end;
end
$$;

comment on function billing_private.payable_rest is
'The smallest amount that a provider accepts and that is not less than `rest`. A provider accepts 0 and multiples of '
'billing_private.payable_unit that are at least currencies.least_charge.';
