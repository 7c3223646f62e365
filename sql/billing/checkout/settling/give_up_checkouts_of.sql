create or replace function billing_private.give_up_checkouts_of(customer_ids bigint[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform billing_private.give_up_checkout(o.id)
  from (
    select c.id from billing.checkouts c
    where c.customer_id = any (customer_ids) and c.state = 'open' and not c.is_share order by c.id for no key update
  ) o;
end
$$;

comment on function billing_private.give_up_checkouts_of is
'Gives up the open checkouts of customers. Shares end with the checkout in the other database, which gives it up, too.';
