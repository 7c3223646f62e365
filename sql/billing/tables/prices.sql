create table billing.prices (
  clinic_id bigint not null,
  id bigint generated always as identity,
  service_id bigint not null,
  -- Null: with every doctor who has no price of their own.
  doctor_id bigint,
  amount bigint not null,
  currency text not null,
  tax_rate numeric(5, 2) not null default 0,
  payment_rule billing.payment_rule not null default 'none',
  deposit bigint,
  valid_from date,
  valid_until date,
  validity daterange not null generated always as (
    case when valid_until < valid_from then 'empty' else daterange(valid_from, valid_until, '[]') end) stored,
  created_at timestamptz not null default now(),
  constraint prices_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint prices_are_of_a_service foreign key (clinic_id, service_id)
    references app_public.services (clinic_id, id) on delete cascade,
  constraint prices_may_be_of_a_doctor foreign key (clinic_id, doctor_id)
    references app_public.doctors (clinic_id, id),
  constraint prices_are_in_a_known_currency foreign key (currency) references billing.currencies (code),
  constraint prices_are_positive check (amount between 1 and 1000000000000),
  constraint deposits_are_a_part_of_the_price check (
    (payment_rule = 'deposit') = (deposit is not null) and deposit between 1 and amount),
  constraint tax_rates_of_prices_are_percentages check (tax_rate between 0 and 100),
  constraint prices_are_valid_for_a_day_at_least check (valid_from <= valid_until),
  constraint a_visit_has_one_price_at_a_time exclude using gist
    (clinic_id with =, service_id with =, coalesce(doctor_id, 0) with =, validity with &&)
);

comment on table billing.prices is
'What a visit costs, by service and doctor. Only its validity changes: a new price is a new row. Tax is included in '
'the amount.';
comment on column billing.prices.amount is 'In minor units of the currency, tax included.';
comment on column billing.prices.tax_rate is
'The percentage of tax that is included in the amount. Medicine is mostly exempt.';
comment on column billing.prices.payment_rule is
'What patients pay before the visit is booked. The desk books without.';
comment on column billing.prices.deposit is 'For the rule deposit: the part that is paid before the visit is booked.';
comment on column billing.prices.valid_from is 'First local date of visits; null means no beginning.';
comment on column billing.prices.valid_until is 'Last local date of visits, inclusive; null means no end.';

create index prices_of_a_service on billing.prices (clinic_id, service_id);
create index prices_of_a_doctor on billing.prices (clinic_id, doctor_id);

alter table billing.prices enable row level security;
create policy everybody_sees_prices on billing.prices for select to app_anonymous using (true);
create policy managers_add_prices on billing.prices
  for insert to app_staff with check (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_end_prices on billing.prices
  for update to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_remove_prices on billing.prices
  for delete to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on billing.prices for all to app_admin using (true);
grant select on billing.prices to app_anonymous;
grant insert (clinic_id, service_id, doctor_id, amount, currency, tax_rate, payment_rule, deposit, valid_from,
    valid_until),
    update (valid_from, valid_until), delete on billing.prices to app_staff;

create trigger prices_are_in_the_currency_of_the_clinic before insert on billing.prices
  for each row execute function billing_private.require_currency_of_clinic();
create trigger prices_can_be_paid_online before insert on billing.prices
  for each row execute function billing_private.require_payable_amounts();
create trigger prices_stay_what_they_are before update on billing.prices
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'service_id', 'doctor_id', 'amount',
    'currency', 'tax_rate', 'payment_rule', 'deposit');
create trigger services_know_whether_they_have_a_price after insert or delete on billing.prices
  for each row execute function billing_private.mark_priced_service();
