create table billing.credits (
  clinic_id bigint not null,
  customer_id bigint not null,
  currency text not null,
  -- Kept by a trigger of billing.movements.
  balance bigint not null,
  -- Kept by a trigger of billing.checkout_parts.
  reserved bigint not null default 0,
  available bigint not null generated always as (balance - reserved) stored,
  constraint a_customer_has_one_credit_in_a_clinic_and_currency primary key (clinic_id, customer_id, currency),
  constraint credits_are_of_a_customer_of_the_clinic foreign key (clinic_id, customer_id)
    references app_public.clinic_customers (clinic_id, customer_id),
  constraint credits_are_in_a_known_currency foreign key (currency) references billing.currencies (code),
  constraint credit_is_never_negative check (balance >= 0),
  constraint no_more_credit_is_reserved_than_there_is check (reserved between 0 and balance)
);

comment on table billing.credits is
'What a clinic owes a customer: it pays later visits, or is paid back. Written by functions only.';
comment on column billing.credits.balance is 'In minor units of the currency.';
comment on column billing.credits.reserved is
'The part of the balance that pays for open checkouts when their payments arrive. Nothing else can spend it.';
comment on column billing.credits.available is 'The balance less what is reserved: what can be spent or paid back.';

create index credits_of_a_customer on billing.credits (customer_id);

alter table billing.credits enable row level security;
create policy customers_see_their_credits on billing.credits
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()));
create policy the_desk_sees_the_credits_of_its_clinic on billing.credits
  for select to app_staff using (clinic_id = any ((select app_hidden.desk_clinic_ids())::bigint[]));
create policy admins_see_everything on billing.credits for select to app_admin using (true);
grant select on billing.credits to app_customer;

create trigger credits_stay_what_they_are before update on billing.credits
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'customer_id', 'currency');
create trigger credits_are_never_removed before delete on billing.credits
  for each row execute function billing_private.refuse_removal();
create trigger credits_are_never_emptied before truncate on billing.credits
  for each statement execute function billing_private.refuse_removal();
create constraint trigger credits_equal_their_movements after insert or update on billing.credits
  deferrable initially deferred
  for each row execute function billing_private.require_balance();
