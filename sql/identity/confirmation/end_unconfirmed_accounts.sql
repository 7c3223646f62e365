create or replace function app_private.end_unconfirmed_accounts(
  address app_public.email_address, except_account_id bigint default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  ended bigint[] := array(
    select a.id from app_private.accounts a
    where (a.email = end_unconfirmed_accounts.address or a.claimed_email = end_unconfirmed_accounts.address)
      and (a.email_verified_at is null or not a.is_active)
      and a.id is distinct from end_unconfirmed_accounts.except_account_id and not a.is_admin
      and not exists (select from app_public.employees e where e.account_id = a.id and e.is_active)
    order by a.id for no key update);
begin
  update app_private.accounts a set email = null, claimed_email = end_unconfirmed_accounts.address,
    password_hash = null, new_email = null
  where a.id = any (ended);
  update app_private.sessions s set revoked_at = now() where s.account_id = any (ended) and s.revoked_at is null;
  perform app_private.end_account_links(id,
    '{registered,registered_again,password_reset,email_confirmation,email_change}')
  from unnest(ended) id;
end
$$;

comment on function app_private.end_unconfirmed_accounts is
'Ends what others began with an address before its owner proved it: accounts that registered with the address and '
'never confirmed it (except one), and accounts that were closed, no longer own it. Their sessions end and nobody can '
'sign in to them. Their customers stay, so that the owner of the address can claim them.';
