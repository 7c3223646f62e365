create or replace function app_private.mergeable_accounts(address app_public.email_address) returns setof bigint
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    select distinct coalesce(c.merged_into_id, c.id)
    from app_private.accounts a join app_public.customers c on c.account_id = a.id and c.is_active
    where (a.email = mergeable_accounts.address or a.claimed_email = mergeable_accounts.address)
      -- Not one that nobody confirmed: somebody else may have registered it with this address.
      and a.email_verified_at is not null and a.is_active
      and coalesce(c.merged_into_id, c.id) <> app_hidden.current_customer_id()
    order by 1;
end
$$;

comment on function app_private.mergeable_accounts is
'The customers, by id, of confirmed accounts with an e-mail address that are not the caller: someone who reads the '
'mail of this address may merge them into an account of theirs. A merged one stands for its survivor.';
