create or replace function billing.set_provider_account(
  clinic_id bigint, provider text default null, account text default null)
returns app_public.policies
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  policy app_public.policies;
  -- A day earlier, since dates are those of the clinic's zone.
  since constant date := (now() at time zone 'UTC')::date - 1;
begin
  perform app_private.require_clinic_role(set_provider_account.clinic_id, 'manage');
  if provider not in ('stripe', 'development') or not coalesce(account ~ '^[!-~]{1,100}$', true) then
    perform app_hidden.refuse('invalid_argument', 'Providers are stripe and development; an account is one word.',
      jsonb_build_object('argument',
        case when provider in ('stripe', 'development') then 'account' else 'provider' end));
  elsif provider = 'development' and (select i.is_production from app_private.installation i) then
    perform app_hidden.refuse('invalid_argument', 'This provider takes no real money.', '{"argument": "provider"}');
  end if;
  -- Prices and coupons that are valid now or later have to be payable with this provider.
  perform billing_private.require_payable(p.amount, set_provider_account.provider, p.currency, 'provider'),
    billing_private.require_payable(p.deposit, set_provider_account.provider, p.currency, 'provider')
  from billing.prices p
  where p.clinic_id = set_provider_account.clinic_id and p.validity && daterange(since, null);
  perform billing_private.require_payable(c.amount, set_provider_account.provider, c.currency, 'provider')
  from billing.coupons c
  where c.clinic_id = set_provider_account.clinic_id and coalesce(c.valid_until >= since, true);
  if provider is null then
    delete from billing_private.provider_accounts a where a.clinic_id = set_provider_account.clinic_id;
  else
    insert into billing_private.provider_accounts as a (clinic_id, provider, account)
    values (set_provider_account.clinic_id, set_provider_account.provider, set_provider_account.account)
    on conflict on constraint a_clinic_has_one_provider
      do update set provider = excluded.provider, account = excluded.account;
  end if;
  select p.* into policy from app_public.policies p where p.clinic_id = set_provider_account.clinic_id;
  return policy;
end
$$;

comment on function billing.set_provider_account is
'Sets how patients pay the clinic online: the provider (stripe, or, outside production, development, which takes no '
'money) and the clinic''s account there (null: the account of the installation''s key). A null provider ends online '
'payment. Returns the clinic''s policy. For managers. Refuses forbidden, unauthenticated, invalid_argument, '
'amount_not_payable_online (a price or coupon that is valid now or later).';

grant execute on function billing.set_provider_account to app_staff;
