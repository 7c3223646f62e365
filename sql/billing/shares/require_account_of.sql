create or replace function billing_private.require_account_of(share_of jsonb, policy app_public.policies) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  clinics constant jsonb := jsonb_build_object('clinicIds',
    jsonb_build_array(share_of ->> 'clinicId', policy.clinic_id::text));
begin
  if share_of ->> 'currency' <> policy.currency then
    perform app_hidden.refuse('several_currencies', 'These clinics have different currencies. Pay at each by itself.',
      clinics);
  elsif share_of is not null and not exists (
    select from billing_private.provider_accounts a
    where a.clinic_id = policy.clinic_id and a.provider = share_of ->> 'provider'
      and a.account is not distinct from share_of ->> 'account') then
    perform app_hidden.refuse('several_accounts', 'These clinics have different accounts. Pay at each by itself.',
      clinics);
  end if;
end
$$;

comment on function billing_private.require_account_of is
'Checks that the clinics of a share have the currency and the account of the clinic whose checkout it belongs to. '
'Refuses several_currencies, several_accounts.';
