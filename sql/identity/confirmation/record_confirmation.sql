create or replace function app_private.record_confirmation(account_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  account app_private.accounts;
  own_address app_public.email_address;
begin
  select a.* into account from app_private.accounts a where a.id = record_confirmation.account_id for no key update;
  own_address := coalesce(account.email, account.claimed_email);
  if account.email_verified_at is null then
    perform app_private.end_unconfirmed_accounts(own_address, account.id);
    update app_private.accounts a set email_verified_at = now() where a.id = account.id;
    -- What was held back for an unconfirmed address is sent now. Locked in one order, as everything does that waits for
    -- several messages.
    with held_back as materialized (
      select n.id from app_public.customers c join app_public.notifications n on n.customer_id = c.id
      where c.account_id = account.id and n.state = 'pending' and n.attempts = 0
        and n.retry_at > now() and n.channel <> 'webhook'
      order by n.id for no key update of n
    )
    update app_public.notifications n set retry_at = null from held_back h where n.id = h.id;
  end if;
  if account.email is null and not exists (select from app_private.accounts a where a.email = own_address) then
    update app_private.accounts a set email = own_address, claimed_email = null where a.id = account.id;
  end if;
  -- Only the first link works, and those that were not sent yet are not needed.
  perform app_private.end_account_links(account.id, '{registered,registered_again,email_confirmation}');
  if account.new_email is null then
    perform app_private.end_account_links(account.id, '{email_change}');
  end if;
end
$$;

comment on function app_private.record_confirmation is
'Records that the address of an account belongs to the person who uses the account. From then on the account owns the '
'address, unless another confirmed account does, and accounts that only claimed it are ended.';
