create or replace function app_private.admit_invited(
  invitation app_private.invitations, account_id bigint, password_hash text)
returns app_public.auth_tokens
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  account bigint := admit_invited.account_id;
begin
  if app_private.is_shard() then
    return jsonb_populate_record(null::app_public.auth_tokens,
      app_private.in_global_database('admit_invited', jsonb_build_object(
        'clinicId', invitation.clinic_id::text, 'invitationId', invitation.id::text, 'accountId', account::text,
        'passwordHash', admit_invited.password_hash, 'from', current_setting('medislot.client_address', true),
        'device', current_setting('medislot.client_device', true))) -> 'tokens');
  end if;
  if account is null then
    -- Others may have registered with the address; none of them has confirmed it.
    perform app_private.end_unconfirmed_accounts(invitation.email);
    account := app_private.create_account(invitation.email::text, null);
    update app_private.accounts a set password_hash = admit_invited.password_hash where a.id = account;
  else
    perform app_private.record_confirmation(account);
  end if;
  return app_private.start_session(account);
end
$$;

comment on function app_private.admit_invited is
'Signs in the owner of the address of an invitation: to this account, or without one to a new one with this hash of a '
'password. The caller has checked the token of the invitation, and that the account is that of the signed-in caller. '
'In a shard the global database does it: see app_private.in_global_database. Refuses email_taken, '
'global_database_first, shard_behind.';
