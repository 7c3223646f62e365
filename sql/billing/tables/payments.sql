create table billing.payments (
  clinic_id bigint not null,
  id bigint generated always as identity,
  customer_id bigint not null,
  currency text not null,
  method billing.payment_method not null,
  checkout_id bigint,
  provider text,
  provider_payment text,
  received bigint not null,
  -- These two are kept by a trigger of billing.movements.
  spent bigint not null default 0,
  refunded bigint not null default 0,
  received_at timestamptz not null default now(),
  recorded_by_account_id bigint,
  constraint payments_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint payments_are_of_a_customer_of_the_clinic foreign key (clinic_id, customer_id)
    references app_public.clinic_customers (clinic_id, customer_id),
  constraint payments_are_in_a_known_currency foreign key (currency) references billing.currencies (code),
  constraint payments_may_be_of_a_checkout foreign key (checkout_id) references billing.checkouts (id),
  constraint payments_can_be_referred_to_with_person_and_currency unique (clinic_id, currency, customer_id, id),
  constraint a_checkout_makes_one_payment_of_a_customer unique (clinic_id, checkout_id, customer_id),
  constraint payments_are_positive check (received between 1 and 1000000000000),
  constraint no_cent_is_spent_twice check (spent >= 0 and refunded >= 0 and spent + refunded <= received),
  constraint online_payments_are_of_a_checkout check (
    (method = 'provider') = (checkout_id is not null) and (method = 'provider') = (provider is not null)
    and (method = 'provider') = (provider_payment is not null))
);

comment on table billing.payments is
'Money that a clinic received from a customer, online or at the desk. Written by functions only.';
comment on column billing.payments.provider_payment is 'The provider''s id of the payment.';
comment on column billing.payments.received is 'In minor units of the currency.';
comment on column billing.payments.spent is 'The part that pays invoices or became credit.';
comment on column billing.payments.refunded is 'The part that was paid back, or is being paid back.';

create index payments_of_a_customer on billing.payments (customer_id, clinic_id, id);
create index payments_by_time on billing.payments (clinic_id, received_at);
create index payments_of_a_checkout on billing.payments (checkout_id);

alter table billing.payments enable row level security;
create policy customers_see_their_payments on billing.payments
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()));
create policy the_desk_sees_the_payments_of_its_clinic on billing.payments
  for select to app_staff using (clinic_id = any ((select app_hidden.desk_clinic_ids())::bigint[]));
create policy admins_see_everything on billing.payments for select to app_admin using (true);
grant select (clinic_id, id, customer_id, currency, method, checkout_id, provider, received, spent, refunded,
    received_at) on billing.payments to app_customer;
grant select (provider_payment, recorded_by_account_id) on billing.payments to app_staff;

create trigger payments_stay_what_they_are before update on billing.payments
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'customer_id', 'currency', 'method',
    'checkout_id', 'provider', 'provider_payment', 'received', 'received_at');
create trigger payments_are_never_removed before delete on billing.payments
  for each row execute function billing_private.refuse_removal();
create trigger payments_are_never_emptied before truncate on billing.payments
  for each statement execute function billing_private.refuse_removal();
create constraint trigger payments_equal_their_movements after insert or update on billing.payments
  deferrable initially deferred
  for each row execute function billing_private.require_balance();
