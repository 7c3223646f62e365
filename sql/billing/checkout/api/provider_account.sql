create or replace function billing.provider_account(clinic_id bigint) returns billing.provider_account
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  found_account billing.provider_account;
begin
  perform app_private.require_clinic_role(provider_account.clinic_id, 'manage');
  select a.clinic_id, a.provider, a.account into found_account
  from billing_private.provider_accounts a where a.clinic_id = provider_account.clinic_id;
  -- Set here, so that a clinic without a provider gets a row, too.
  found_account.clinic_id := provider_account.clinic_id;
  return found_account;
end
$$;

comment on function billing.provider_account is
'How patients pay the clinic online (set_provider_account sets it). The provider is null if they cannot pay online. '
'For managers. Refuses forbidden, unauthenticated.';

grant execute on function billing.provider_account to app_staff;
