create table billing.invoice_lines (
  clinic_id bigint not null,
  id bigint generated always as identity,
  invoice_id bigint not null,
  -- Those of the invoice.
  customer_id bigint not null,
  currency text not null,
  kind billing.line_kind not null,
  booking_id bigint,
  price_id bigint,
  coupon_id bigint,
  amount bigint not null,
  tax_rate numeric(5, 2) not null default 0,
  -- Set by a trigger.
  tax bigint not null,
  text text not null,
  created_at timestamptz not null default now(),
  constraint invoice_lines_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint lines_are_of_an_invoice foreign key (clinic_id, currency, customer_id, invoice_id)
    references billing.invoices (clinic_id, currency, customer_id, id),
  constraint visits_are_charged_at_a_price foreign key (clinic_id, price_id) references billing.prices (clinic_id, id),
  constraint lines_may_be_of_a_coupon foreign key (clinic_id, coupon_id) references billing.coupons (clinic_id, id),
  constraint lines_charge_or_reduce_by_their_kind check (case
    when kind in ('visit', 'charge', 'fee') then amount > 0
    when kind in ('discount', 'write_off', 'cancellation') then amount < 0
    else amount <> 0 end),
  constraint amounts_of_lines_are_at_most_10_to_the_12 check (abs(amount) <= 1000000000000),
  constraint tax_rates_of_lines_are_percentages check (tax_rate between 0 and 100),
  constraint lines_of_visits_name_booking_and_price
    check (kind <> 'visit' or booking_id is not null and price_id is not null),
  constraint lines_of_coupons_are_discounts check (coupon_id is null or kind = 'discount'),
  constraint texts_of_lines_are_one_line check (app_hidden.require_line(text, 'text', 200))
);

comment on table billing.invoice_lines is
$c$What an invoice charges, line by line. Lines are only added, and only to invoices that are drafts or on which
something is due. If an amount changes, another line is added.
@foreignKey (clinic_id, booking_id) references app_public.bookings (clinic_id, id)$c$;
comment on column billing.invoice_lines.booking_id is
'The booking that it is about. There is no constraint, because old bookings are moved to the archive.';
comment on column billing.invoice_lines.amount is
'In minor units of the invoice''s currency, tax included. Negative if it reduces the total.';
comment on column billing.invoice_lines.tax is
'By how much it changes the tax that is included in the invoice, which is rounded half up for each tax rate.';

create index lines_of_an_invoice on billing.invoice_lines (clinic_id, invoice_id, customer_id, currency);
create index lines_of_a_booking on billing.invoice_lines (clinic_id, booking_id);
create unique index a_visit_is_charged_once on billing.invoice_lines (clinic_id, booking_id) where kind = 'visit';
create index lines_at_a_price on billing.invoice_lines (clinic_id, price_id);
create index lines_of_a_coupon on billing.invoice_lines (clinic_id, coupon_id);

alter table billing.invoice_lines enable row level security;
create policy customers_see_their_invoice_lines on billing.invoice_lines
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()));
create policy the_desk_sees_the_invoice_lines_of_its_clinic on billing.invoice_lines
  for select to app_staff using (clinic_id = any ((select app_hidden.desk_clinic_ids())::bigint[]));
create policy admins_see_everything on billing.invoice_lines for select to app_admin using (true);
grant select on billing.invoice_lines to app_customer;

create trigger lines_are_added_to_invoices_that_are_not_settled before insert on billing.invoice_lines
  for each row execute function billing_private.check_new_line();
create trigger invoices_have_the_sum_of_their_lines after insert on billing.invoice_lines
  for each row execute function billing_private.add_line_to_invoice();
create trigger invoice_lines_are_never_changed before update or delete on billing.invoice_lines
  for each row execute function app_private.refuse_change_of_history();
create trigger invoice_lines_are_never_emptied before truncate on billing.invoice_lines
  for each statement execute function app_private.refuse_change_of_history();
