create or replace function app_private.export_account(account_id bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return (
    select jsonb_build_object(
      'id', a.id::text, 'email', coalesce(a.email, a.claimed_email),
      'emailVerifiedAt', a.email_verified_at, 'newEmail', a.new_email, 'isActive', a.is_active,
      'createdAt', a.created_at,
      'externalIdentities', (
        select coalesce(jsonb_agg(
          jsonb_build_object('issuer', ei.issuer, 'subject', ei.subject) order by ei.issuer, ei.subject), '[]')
        from app_private.external_identities ei where ei.account_id = a.id),
      'sessions', (
        select coalesce(jsonb_agg(
          jsonb_build_object('startedAt', s.created_at, 'expiresAt', s.expires_at, 'endedAt', s.revoked_at)
          order by s.created_at), '[]')
        from app_private.sessions s where s.account_id = a.id),
      'placesOfSignIns', (
        select coalesce(jsonb_agg(
          jsonb_build_object('kind', split_part(kp.place, ' ', 1), 'lastSignInAt', kp.signed_in_at)
          order by kp.signed_in_at, kp.place), '[]')
        from app_private.known_places kp where kp.account_id = a.id),
      'messages', (
        select coalesce(jsonb_agg(
          jsonb_build_object('kind', am.kind, 'createdAt', am.created_at)
            -- Whether a mail to an address of somebody else was sent says whether the address has an account.
            || case when am.kind not in ('account_merge', 'record_claim') then
              jsonb_build_object('address', am.address, 'state', am.state, 'sentAt', am.sent_at) else '{}' end
          order by am.id), '[]')
        from app_private.account_messages am where am.account_id = a.id),
      'employments', app_private.export_employments(a.id))
    from app_private.accounts a where a.id = export_account.account_id);
end
$$;

comment on function app_private.export_account is
'The account of a person, as export_customer returns it: address, external identities, sessions, places of sign-ins, '
'mails and employments. Null without an account.';
