create table billing.movements (
  clinic_id bigint not null,
  id bigint generated always as identity,
  kind billing.movement_kind not null,
  customer_id bigint not null,
  currency text not null,
  amount bigint not null,
  payment_id bigint,
  invoice_id bigint,
  refund_id bigint,
  reason text,
  account_id bigint,
  moved_at timestamptz not null default now(),
  constraint movements_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint movements_are_of_a_customer_of_the_clinic foreign key (clinic_id, customer_id)
    references app_public.clinic_customers (clinic_id, customer_id),
  constraint movements_are_in_a_known_currency foreign key (currency) references billing.currencies (code),
  constraint movements_keep_person_and_currency_of_the_payment
    foreign key (clinic_id, currency, customer_id, payment_id)
    references billing.payments (clinic_id, currency, customer_id, id),
  constraint movements_keep_person_and_currency_of_the_invoice
    foreign key (clinic_id, currency, customer_id, invoice_id)
    references billing.invoices (clinic_id, currency, customer_id, id),
  constraint movements_are_of_the_whole_refund foreign key (clinic_id, payment_id, amount, refund_id)
    references billing.refunds (clinic_id, payment_id, amount, id),
  constraint movements_are_positive check (amount between 1 and 1000000000000),
  constraint movements_name_the_places_of_their_kind check (
    (payment_id is not null) = (kind in ('payment_to_invoice', 'payment_to_credit', 'credit_to_payment',
      'payment_refunded', 'refund_failed'))
    and (invoice_id is not null) = (kind in ('payment_to_invoice', 'credit_to_invoice', 'invoice_to_credit'))
    and (refund_id is not null) = (kind in ('payment_refunded', 'refund_failed'))),
  constraint reasons_of_movements_are_short check (app_hidden.require_prose(reason, 'reason', 500))
);

comment on table billing.movements is
'Every movement of money between payments, invoices and credit. Rows are only added. Each cent is in exactly one '
'place: a payment, an invoice, the customer''s credit, or paid back. A movement never changes the person or the '
'currency.';
comment on column billing.movements.amount is 'In minor units of the currency.';
comment on column billing.movements.account_id is 'Who moved it; null for the system and for people in psql.';

create index movements_of_an_invoice on billing.movements (clinic_id, invoice_id, customer_id, currency);
create index movements_of_a_payment on billing.movements (clinic_id, payment_id, customer_id, currency);
create index movements_of_a_refund on billing.movements (clinic_id, refund_id, payment_id, amount);
create index movements_of_a_customer on billing.movements (clinic_id, customer_id, currency);
create index movements_by_time on billing.movements (clinic_id, moved_at);

alter table billing.movements enable row level security;
create policy customers_see_their_movements on billing.movements
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()));
create policy the_desk_sees_the_movements_of_its_clinic on billing.movements
  for select to app_staff using (clinic_id = any ((select app_hidden.desk_clinic_ids())::bigint[]));
create policy admins_see_everything on billing.movements for select to app_admin using (true);
grant select (clinic_id, id, kind, customer_id, currency, amount, payment_id, invoice_id, refund_id, moved_at)
    on billing.movements to app_customer;
grant select (reason, account_id) on billing.movements to app_staff;

create trigger movements_move_money after insert on billing.movements
  for each row execute function billing_private.apply_movement();
create trigger movements_are_never_changed before update or delete on billing.movements
  for each row execute function app_private.refuse_change_of_history('reason');
create trigger movements_are_never_emptied before truncate on billing.movements
  for each statement execute function app_private.refuse_change_of_history();
