create or replace function app_hidden.abandon_share(checkout_id bigint) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  update billing.checkouts c set reconciled_at = '-infinity'
  where c.id = abandon_share.checkout_id and c.is_share and c.state = 'open'
    and c.customer_id = any (app_hidden.current_customer_ids());
end
$$;

comment on function app_hidden.abandon_share is
'Records that the checkout of an open share was probably not begun, so that the billing process asks the database of '
'the checkout at once and not after a minute (billing_private.shares_to_ask). Only that answer ends the share. Called '
'by servers as the customer.';

grant execute on function app_hidden.abandon_share to app_customer;
