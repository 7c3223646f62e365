create table billing.coupon_uses (
  clinic_id bigint not null,
  id bigint generated always as identity,
  coupon_id bigint not null,
  customer_id bigint not null,
  invoice_id bigint,
  checkout_part_id bigint,
  used_at timestamptz not null default now(),
  constraint coupon_uses_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint coupon_uses_are_of_a_coupon foreign key (clinic_id, coupon_id) references billing.coupons (clinic_id, id),
  constraint a_customer_uses_a_coupon_once unique (clinic_id, coupon_id, customer_id),
  constraint coupon_uses_are_of_a_customer_of_the_clinic foreign key (clinic_id, customer_id)
    references app_public.clinic_customers (clinic_id, customer_id),
  constraint coupon_uses_may_be_on_an_invoice foreign key (clinic_id, invoice_id)
    references billing.invoices (clinic_id, id),
  constraint coupon_uses_may_be_reserved_by_a_checkout foreign key (clinic_id, checkout_part_id)
    references billing.checkout_parts (clinic_id, id),
  constraint a_coupon_is_used_for_something check (num_nonnulls(invoice_id, checkout_part_id) > 0)
);

comment on table billing.coupon_uses is
'Which customer has used which coupon, for an invoice or for a checkout that is not paid yet. The use of a checkout '
'that ends unpaid is removed.';

create index coupon_uses_on_an_invoice on billing.coupon_uses (clinic_id, invoice_id);
create index coupon_uses_of_a_checkout on billing.coupon_uses (clinic_id, checkout_part_id);
create index coupon_uses_of_a_customer on billing.coupon_uses (clinic_id, customer_id);

alter table billing.coupon_uses enable row level security;
create policy customers_see_their_coupon_uses on billing.coupon_uses
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()));
create policy the_desk_sees_coupon_uses on billing.coupon_uses
  for select to app_staff using (clinic_id = any ((select app_hidden.desk_clinic_ids())::bigint[]));
create policy admins_see_everything on billing.coupon_uses for select to app_admin using (true);
grant select on billing.coupon_uses to app_customer;

create trigger coupon_uses_stay_what_they_are before update on billing.coupon_uses
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'coupon_id', 'customer_id');
create trigger coupons_count_their_uses after insert or delete on billing.coupon_uses
  for each row execute function billing_private.count_coupon_use();
