create or replace function billing_private.require_amount(amount bigint, argument text default 'amount') returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if amount is null or amount not between 1 and 1000000000000 then
    perform app_hidden.refuse('amount_not_accepted',
      'An amount is a positive whole number of minor units, at most 10 to the 12.',
      jsonb_build_object('argument', argument));
  end if;
end
$$;

comment on function billing_private.require_amount is 'Refuses (amount_not_accepted) an amount that is not positive.';
