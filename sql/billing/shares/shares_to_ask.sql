create or replace function billing_private.shares_to_ask(min_age interval default '1 minute', batch int default 50)
returns table (checkout_id bigint, customer_id bigint, currency text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    with asked as materialized (
      select c.id from billing.checkouts c
      where c.state = 'open' and c.is_share and c.reconciled_at <= now() - shares_to_ask.min_age
      order by c.reconciled_at limit shares_to_ask.batch for update skip locked
    )
    update billing.checkouts c set reconciled_at = now()
    from asked a where c.id = a.id
    returning c.id, c.customer_id, c.currency;
end
$$;

comment on function billing_private.shares_to_ask is
'Up to `batch` open shares about which the database of their checkout was not asked for `min_age`, because it may '
'never have begun the checkout. Records that it is asked now. For the billing process of the global database.';

grant execute on function billing_private.shares_to_ask to app_billing;
