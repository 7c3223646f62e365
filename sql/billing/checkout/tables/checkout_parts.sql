create table billing.checkout_parts (
  clinic_id bigint not null,
  id bigint generated always as identity,
  checkout_id bigint not null,
  customer_id bigint not null,
  amount bigint not null,
  credit bigint not null default 0,
  -- A copy of the state of its checkout, so that indexes can contain open ones only.
  is_open boolean not null default true,
  invoice_id bigint,
  booking_slot_id bigint,
  service_id bigint,
  price_id bigint,
  coupon_id bigint,
  note text,
  answers jsonb,
  online boolean,
  booking_id bigint,
  constraint checkout_parts_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint checkout_parts_are_of_a_checkout foreign key (checkout_id) references billing.checkouts (id),
  constraint checkout_parts_are_of_a_customer_of_the_clinic foreign key (clinic_id, customer_id)
    references app_public.clinic_customers (clinic_id, customer_id),
  constraint checkout_parts_may_pay_an_invoice foreign key (clinic_id, invoice_id)
    references billing.invoices (clinic_id, id),
  constraint checkout_parts_may_pay_a_visit foreign key (clinic_id, price_id) references billing.prices (clinic_id, id),
  constraint checkout_parts_may_use_a_coupon foreign key (clinic_id, coupon_id)
    references billing.coupons (clinic_id, id),
  constraint amounts_of_checkout_parts_are_not_negative check (amount >= 0),
  constraint credit_pays_a_checkout_part_at_most_once check (credit between 0 and amount),
  constraint checkout_parts_pay_an_invoice_or_a_visit check (
    num_nonnulls(booking_slot_id, service_id, price_id) in (0, 3) and num_nonnulls(invoice_id, price_id) > 0
    and (price_id is not null or num_nonnulls(coupon_id, note, answers, online, booking_id) = 0)),
  constraint what_was_said_about_a_visit_ends_with_the_checkout check (is_open or num_nonnulls(note, answers) = 0),
  constraint notes_of_checkout_parts_are_short check (app_hidden.require_prose(note, 'note', 2000))
);

comment on table billing.checkout_parts is
$c$What a checkout pays for: an invoice, or a visit in a slot that is held until the payment arrives, for which the
invoice is made with the booking.
@foreignKey (clinic_id, booking_id) references app_public.bookings (clinic_id, id)
@foreignKey (clinic_id, booking_slot_id) references app_public.booking_slots (clinic_id, id)
@foreignKey (clinic_id, service_id) references app_public.services (clinic_id, id)$c$;
comment on column billing.checkout_parts.customer_id is 'The patient.';
comment on column billing.checkout_parts.amount is 'What is paid for it by this checkout, in minor units.';
comment on column billing.checkout_parts.credit is
'How much of the amount the credit of the patient pays. It is reserved until the checkout ends.';
comment on column billing.checkout_parts.online is
'The place that was chosen for the visit, as in book_slot; null if none was.';
comment on column billing.checkout_parts.note is 'For the booking. Emptied when the checkout ends, as are the answers.';

create index parts_of_a_checkout on billing.checkout_parts (checkout_id);
create index checkout_parts_of_a_customer on billing.checkout_parts (clinic_id, customer_id);
create index checkout_parts_of_an_invoice on billing.checkout_parts (clinic_id, invoice_id);
create index checkout_parts_at_a_price on billing.checkout_parts (clinic_id, price_id);
create index checkout_parts_with_a_coupon on billing.checkout_parts (clinic_id, coupon_id);
create unique index an_invoice_is_paid_by_one_checkout_at_a_time on billing.checkout_parts
  (clinic_id, invoice_id) where is_open;
create unique index a_slot_is_paid_by_one_checkout_at_a_time on billing.checkout_parts
  (clinic_id, booking_slot_id) where is_open;

alter table billing.checkout_parts enable row level security;
create policy customers_see_their_checkout_parts on billing.checkout_parts
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()));
create policy the_desk_sees_the_checkout_parts_of_its_clinic on billing.checkout_parts
  for select to app_staff using (clinic_id = any ((select app_hidden.desk_clinic_ids())::bigint[]));
create policy admins_see_everything on billing.checkout_parts for select to app_admin using (true);
grant select on billing.checkout_parts to app_customer;

create trigger checkout_parts_stay_what_they_are before update on billing.checkout_parts
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'checkout_id', 'customer_id',
    'amount', 'credit', 'booking_slot_id', 'service_id', 'price_id', 'coupon_id', 'online');
create trigger checkout_parts_reserve_credit after insert or update of is_open on billing.checkout_parts
  for each row execute function billing_private.reserve_credit();
create trigger checkout_parts_are_never_removed before delete on billing.checkout_parts
  for each row execute function billing_private.refuse_removal();
