create table billing.invoices (
  clinic_id bigint not null,
  id bigint generated always as identity,
  customer_id bigint not null,
  currency text not null,
  state billing.invoice_state not null default 'draft',
  year int,
  serial int,
  number text generated always as (
    year::text || '-' || lpad(serial::text, greatest(5, length(serial::text)), '0')) stored,
  -- The sums are kept by triggers of billing.invoice_lines and billing.movements.
  total bigint not null default 0,
  tax bigint not null default 0,
  paid bigint not null default 0,
  due bigint not null generated always as (total - paid) stored,
  issued_at timestamptz,
  due_on date,
  voided_at timestamptz,
  row_version int not null default 1,
  created_at timestamptz not null default now(),
  constraint invoices_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint invoices_are_to_a_customer_of_the_clinic foreign key (clinic_id, customer_id)
    references app_public.clinic_customers (clinic_id, customer_id),
  constraint invoices_are_in_a_known_currency foreign key (currency) references billing.currencies (code),
  constraint an_invoice_number_is_used_once unique (clinic_id, year, serial),
  -- Movements refer to this key, so that money never moves between persons or currencies.
  constraint invoices_can_be_referred_to_with_person_and_currency unique (clinic_id, currency, customer_id, id),
  constraint an_invoice_is_never_paid_twice check (0 <= paid and paid <= total),
  constraint issued_invoices_have_a_number check (
    (state in ('open', 'settled')) <= (serial is not null)
    and (state = 'draft') <= (serial is null)
    and (serial is null) = (year is null) and (serial is null) = (issued_at is null)),
  constraint issued_invoices_say_until_when_they_are_paid check ((due_on is null) = (issued_at is null)),
  constraint nothing_is_paid_on_a_draft check (state <> 'draft' or paid = 0),
  constraint settled_invoices_are_paid check (state <> 'settled' or paid = total),
  constraint open_invoices_are_not_paid check (state <> 'open' or paid < total),
  constraint void_invoices_charge_nothing check ((state = 'void') = (voided_at is not null)
    and (state <> 'void' or total = 0))
);

comment on table billing.invoices is
'What a clinic charges a customer. The amounts are in its lines. An invoice gets its number when it is issued. After '
'that it never changes; if the amount changes, a line is added. Written by functions only.';
comment on column billing.invoices.number is
'Year and number, such as 2027-00012. Without a gap in each clinic and year. Null until it is issued.';
comment on column billing.invoices.total is 'The sum of its lines in minor units of the currency, tax included.';
comment on column billing.invoices.tax is 'The tax that is included in the total.';
comment on column billing.invoices.paid is 'What was paid, by payments and by credit.';
comment on column billing.invoices.due is 'What remains to be paid.';
comment on column billing.invoices.due_on is
'The last local date of the clinic on which a payment is in time: the date of issue plus policies.payment_term. Null '
'until the invoice is issued.';

create index invoices_of_a_customer on billing.invoices (customer_id, clinic_id, id);
create index open_invoices_of_a_clinic on billing.invoices (clinic_id, state, id);
-- For queue_payment_reminders.
create index open_invoices_by_due_date on billing.invoices (clinic_id, due_on) where state = 'open';
create index invoices_by_time_of_issue on billing.invoices (clinic_id, issued_at);

alter table billing.invoices enable row level security;
create policy customers_see_their_invoices on billing.invoices
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()));
create policy the_desk_sees_the_invoices_of_its_clinic on billing.invoices
  for select to app_staff using (clinic_id = any ((select app_hidden.desk_clinic_ids())::bigint[]));
create policy admins_see_everything on billing.invoices for select to app_admin using (true);
grant select on billing.invoices to app_customer;

create trigger invoices_count_their_versions before update on billing.invoices
  for each row execute function app_hidden.bump_row_version();
create trigger invoices_stay_what_they_are before update on billing.invoices
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'customer_id', 'currency');
create trigger issued_invoices_keep_their_number before update on billing.invoices
  for each row when (OLD.serial is not null)
  execute function app_hidden.refuse_new_identity('year', 'serial', 'issued_at', 'due_on');
create trigger void_invoices_stay_void before update on billing.invoices
  for each row when (OLD.state = 'void') execute function app_hidden.refuse_new_identity('state', 'voided_at');
create trigger invoices_are_settled_when_they_are_paid before update of total, paid, state on billing.invoices
  for each row when (NEW.state in ('open', 'settled')) execute function billing_private.set_state_of_invoice();
create trigger invoices_are_never_removed before delete on billing.invoices
  for each row execute function billing_private.refuse_removal();
create trigger invoices_are_never_emptied before truncate on billing.invoices
  for each statement execute function billing_private.refuse_removal();
create constraint trigger invoices_equal_their_lines_and_movements after insert or update on billing.invoices
  deferrable initially deferred
  for each row execute function billing_private.require_balance();
create constraint trigger invoice_numbers_have_no_gap after insert or update of serial on billing.invoices
  deferrable initially deferred
  for each row when (NEW.serial is not null) execute function billing_private.require_gapless_number();
