create table billing.checkouts (
  id bigint generated always as identity,
  customer_id bigint not null,
  currency text not null,
  amount bigint not null,
  state billing.checkout_state not null default 'open',
  outcome billing.checkout_outcome,
  provider text,
  provider_session text,
  url text,
  received bigint,
  account_id bigint,
  provider_account text,
  clinics int not null default 1,
  is_share boolean not null default false,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  settled_at timestamptz,
  reconciled_at timestamptz not null default now(),
  constraint checkouts_are_identified_by_id primary key (id),
  constraint checkouts_are_of_a_customer foreign key (customer_id) references app_public.customers (id),
  constraint checkouts_are_in_a_known_currency foreign key (currency) references billing.currencies (code),
  constraint a_session_of_a_provider_is_of_one_checkout unique (provider, provider_session),
  constraint amounts_of_checkouts_are_not_negative check (amount between 0 and 1000000000000),
  constraint checkouts_pay_at_least_one_clinic check (clinics > 0),
  constraint checkouts_with_an_amount_have_a_provider check ((amount > 0) = (provider is not null)),
  constraint paid_checkouts_say_what_became_of_them check (
    (state = 'paid') = (received is not null) and (state = 'paid') = (settled_at is not null)),
  constraint only_paid_checkouts_have_an_outcome check (outcome is null or state = 'paid')
);

comment on table billing.checkouts is
'One payment by a customer for visits that are booked when it arrives, and for invoices. Global, since it may be for '
'several clinics: its parts are of one clinic each. Written by functions only.';
comment on column billing.checkouts.customer_id is 'Who pays: the patient, or the guardian of the patients.';
comment on column billing.checkouts.amount is
'What the provider is paid, in minor units of the currency: the amounts of the parts less the credit that pays for '
'them. 0: credit or a coupon pays for all.';
comment on column billing.checkouts.provider_account is
'The account at the provider to which it is paid, that of all its clinics. Null: that of the billing process''s key.';
comment on column billing.checkouts.clinics is
'How many clinics it pays, also in other databases. Fewer have parts here when one of them was moved to another one.';
comment on column billing.checkouts.is_share is
'Whether its page is in another database of the installation: this is the share of that checkout here, for clinics of '
'this database. Customers see the other one. See billing_private.checkout_shares.';
comment on column billing.checkouts.url is
'The provider''s page, on which the customer pays. Null until the provider has made it, usually for a second.';
comment on column billing.checkouts.received is 'What the provider received.';
comment on column billing.checkouts.expires_at is 'Until when the provider''s page can be used.';
comment on column billing.checkouts.reconciled_at is 'When the provider was last asked about it.';

create index checkouts_of_a_customer on billing.checkouts (customer_id, id);
create index open_checkouts_by_reconciliation on billing.checkouts (reconciled_at) where state = 'open';

alter table billing.checkouts enable row level security;
create policy customers_see_their_checkouts on billing.checkouts
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()) and not is_share);
create policy admins_see_everything on billing.checkouts for select to app_admin using (true);
grant select (id, customer_id, currency, amount, state, outcome, provider, url, created_at, expires_at, settled_at)
    on billing.checkouts to app_customer;

create trigger checkouts_stay_what_they_are before update on billing.checkouts
  for each row execute function app_hidden.refuse_new_identity('id', 'customer_id', 'currency', 'amount', 'provider',
    'provider_account', 'clinics', 'is_share', 'created_at');
create trigger paid_checkouts_stay_paid before update on billing.checkouts
  for each row when (OLD.state = 'paid')
  execute function app_hidden.refuse_new_identity('state', 'received', 'settled_at');
create trigger checkouts_are_never_removed before delete on billing.checkouts
  for each row execute function billing_private.refuse_removal();
create constraint trigger paid_checkouts_have_their_payments after insert or update on billing.checkouts
  deferrable initially deferred
  for each row when (NEW.state = 'paid') execute function billing_private.require_balance();
