create table billing.refunds (
  clinic_id bigint not null,
  id bigint generated always as identity,
  payment_id bigint not null,
  customer_id bigint not null,
  currency text not null,
  amount bigint not null,
  state billing.refund_state not null,
  provider_refund text,
  reason text,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  recorded_by_account_id bigint,
  constraint refunds_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint refunds_are_of_a_payment foreign key (clinic_id, currency, customer_id, payment_id)
    references billing.payments (clinic_id, currency, customer_id, id),
  constraint refunds_can_be_referred_to_with_payment_and_amount unique (clinic_id, payment_id, amount, id),
  constraint refunds_are_positive check (amount > 0),
  constraint ended_refunds_say_when check ((state = 'pending') = (ended_at is null)),
  constraint reasons_of_refunds_are_short check (app_hidden.require_prose(reason, 'reason', 500))
);

comment on table billing.refunds is
'Money of a payment that is paid back. Its movement is made when the refund is asked for, so that the money cannot be '
'spent meanwhile; if the refund fails, another movement makes it credit.';
comment on column billing.refunds.provider_refund is 'The provider''s id of the refund.';

create index refunds_of_a_payment on billing.refunds (clinic_id, payment_id, customer_id, currency);
create index refunds_of_a_customer on billing.refunds (customer_id);
create index refunds_by_id_of_the_provider on billing.refunds (provider_refund) where provider_refund is not null;

alter table billing.refunds enable row level security;
create policy customers_see_their_refunds on billing.refunds
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()));
create policy the_desk_sees_the_refunds_of_its_clinic on billing.refunds
  for select to app_staff using (clinic_id = any ((select app_hidden.desk_clinic_ids())::bigint[]));
create policy admins_see_everything on billing.refunds for select to app_admin using (true);
grant select (clinic_id, id, payment_id, customer_id, currency, amount, state, created_at, ended_at)
    on billing.refunds to app_customer;
grant select (provider_refund, reason, recorded_by_account_id) on billing.refunds to app_staff;

create trigger refunds_stay_what_they_are before update on billing.refunds
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'payment_id', 'customer_id',
    'currency', 'amount', 'created_at');
create trigger ended_refunds_stay_ended before update on billing.refunds
  for each row when (OLD.state <> 'pending') execute function app_hidden.refuse_new_identity('state', 'ended_at');
create trigger refunds_are_never_removed before delete on billing.refunds
  for each row execute function billing_private.refuse_removal();
create constraint trigger refunds_equal_their_movements after insert or update on billing.refunds
  deferrable initially deferred
  for each row execute function billing_private.require_balance();
