create or replace function app_private.erase_account(account_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  account app_private.accounts;
begin
  select a.* into account from app_private.accounts a where a.id = erase_account.account_id for no key update;
  -- The account of an employee belongs to the clinic as well and stays.
  if account.id is null or account.is_admin
     or exists (select from app_public.employees e where e.account_id = account.id and e.is_active) then
    return;
  end if;
  delete from app_private.sessions s where s.account_id = account.id;
  delete from app_private.external_identities ei where ei.account_id = account.id;
  -- Only rows with the account's own address are found by address. An address that was merely claimed is another
  -- person's.
  delete from app_private.account_messages am where am.account_id = account.id or am.address = account.email;
  -- Those of shards are removed there: app_private.carry_out_erasure.
  delete from app_private.invitations i
  where i.email = account.email
    and not exists (select from app_private.clinic_shards cs where cs.clinic_id = i.clinic_id);
  delete from app_private.sign_in_counts sc where sc.address_hash = sha256(convert_to(account.email, 'utf8'));
  delete from app_private.known_places kp where kp.account_id = account.id;
  -- The id stays, because events and bookings refer to it; the person's data does not. The new address is random:
  -- another person could register a predictable one.
  update app_private.accounts a
  set email = 'erased-' || gen_random_uuid() || '@erased.invalid', claimed_email = null, new_email = null,
      password_hash = null, is_active = false
  where a.id = account.id;
end
$$;

comment on function app_private.erase_account is
'Erases the personal data of an account: its address and password, its sessions, external identities, mails and '
'invitations. The accounts of active employees and of administrators stay unchanged. Null means no account.';
