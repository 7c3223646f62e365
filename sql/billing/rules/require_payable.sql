create or replace function billing_private.require_payable(
  amount bigint, provider text, currency text, argument text default 'amount')
returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if amount % billing_private.payable_unit(provider, currency) <> 0 then
    perform app_hidden.refuse('amount_not_payable_online',
      'The payment provider takes amounts of this currency only with a 0 at the end.',
      jsonb_build_object('argument', argument, 'amount', amount::text));
  end if;
end
$$;

comment on function billing_private.require_payable is
'Refuses (amount_not_payable_online) an amount that a provider does not accept: see billing_private.payable_unit.';
