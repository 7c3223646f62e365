create or replace function app_private.erase_account(account_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  account app_private.accounts;
begin
  select a.* into account from app_private.accounts a where a.id = erase_account.account_id for no key update;
  -- An account of somebody who works here is of the work.
  if account.id is null or account.is_admin
     or exists (select from app_public.employees e where e.account_id = account.id and e.is_active) then
    return;
  end if;
  delete from app_private.sessions s where s.account_id = account.id;
  delete from app_private.external_identities ei where ei.account_id = account.id;
  -- What is found by the address only when it is the account's own: one that was merely claimed is somebody else's.
  delete from app_private.account_messages am where am.account_id = account.id or am.address = account.email;
  delete from app_private.invitations i where i.email = account.email;
  delete from app_private.sign_in_counts sc where sc.address_hash = sha256(convert_to(account.email, 'utf8'));
  delete from app_private.known_places kp where kp.account_id = account.id;
  -- The number stays, in events and bookings; who it was does not. A random address: one that could be foreseen, somebody could take.
  update app_private.accounts a
  set email = 'erased-' || gen_random_uuid() || '@erased.invalid', claimed_email = null, password_hash = null, is_active = false
  where a.id = account.id;
end
$$;

comment on function app_private.erase_account(bigint) is
'Takes from an account who it is, and removes its sessions, external identities, mails and invitations; an account of somebody who works at a clinic, or of an administrator, stays as it is. Null is no account.';

revoke all on function app_private.erase_account(bigint) from public;
