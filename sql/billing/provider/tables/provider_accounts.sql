create table billing_private.provider_accounts (
  clinic_id bigint not null,
  provider text not null,
  account text,
  constraint a_clinic_has_one_provider primary key (clinic_id),
  constraint provider_accounts_are_of_a_clinic foreign key (clinic_id) references app_public.clinics (id),
  constraint providers_are_known check (provider in ('stripe', 'development')),
  constraint accounts_of_providers_are_one_word check (account ~ '^[!-~]{1,100}$')
);

comment on table billing_private.provider_accounts is
'The provider through which a clinic is paid online, and its account there, which gets the money. Without a row, '
'patients cannot pay online. Set by billing.set_provider_account.';
comment on column billing_private.provider_accounts.account is
'Null: the account whose key the billing process has.';

alter table billing_private.provider_accounts enable row level security;

create trigger provider_accounts_stay_with_their_clinic before update on billing_private.provider_accounts
  for each row execute function app_hidden.refuse_new_identity('clinic_id');
