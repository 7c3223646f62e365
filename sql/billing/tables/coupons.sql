create table billing.coupons (
  clinic_id bigint not null,
  id bigint generated always as identity,
  code public.citext not null,
  percent numeric(5, 2),
  amount bigint,
  currency text not null,
  most int,
  used int not null default 0,
  valid_from date,
  valid_until date,
  created_at timestamptz not null default now(),
  constraint coupons_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint coupons_of_a_clinic_are_unique_by_code unique (clinic_id, code),
  constraint coupons_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id),
  constraint coupons_are_in_a_known_currency foreign key (currency) references billing.currencies (code),
  constraint coupon_codes_are_3_to_40_letters_digits_and_hyphens check (code ~ '^[A-Za-z0-9-]{3,40}$'),
  constraint coupons_give_a_percentage_or_an_amount check ((percent is null) <> (amount is null)),
  constraint percentages_of_coupons_are_positive check (percent > 0 and percent <= 100),
  constraint amounts_of_coupons_are_positive check (amount between 1 and 1000000000000),
  constraint coupons_are_valid_for_a_day_at_least check (valid_from <= valid_until),
  constraint a_coupon_is_never_used_too_often check (0 <= used and used <= most and most > 0)
);

comment on table billing.coupons is
'Codes that give a discount. Each customer uses a coupon once. Only its validity and how often it may be used change.';
comment on column billing.coupons.code is 'Upper and lower case make no difference.';
comment on column billing.coupons.percent is 'The discount in percent of the amount; else `amount` is set.';
comment on column billing.coupons.amount is 'The discount in minor units of the currency, at most what is charged.';
comment on column billing.coupons.most is 'How many customers can use it. Null: any number.';
comment on column billing.coupons.used is 'How many customers have used it, or are paying with it.';
comment on column billing.coupons.valid_from is 'First local date on which it can be used; null means no beginning.';
comment on column billing.coupons.valid_until is 'Last local date, inclusive; null means no end.';


alter table billing.coupons enable row level security;
create policy the_desk_sees_coupons on billing.coupons
  for select to app_staff using (clinic_id = any (app_hidden.desk_clinic_ids()));
create policy managers_add_coupons on billing.coupons
  for insert to app_staff with check (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_edit_coupons on billing.coupons
  for update to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_remove_coupons on billing.coupons
  for delete to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on billing.coupons for all to app_admin using (true);
grant select, insert (clinic_id, code, percent, amount, currency, most, valid_from, valid_until),
    update (most, valid_from, valid_until), delete on billing.coupons to app_staff;

create trigger coupons_are_in_the_currency_of_the_clinic before insert on billing.coupons
  for each row execute function billing_private.require_currency_of_clinic();
create trigger coupons_leave_what_can_be_paid_online before insert on billing.coupons
  for each row execute function billing_private.require_payable_amounts();
create trigger coupons_stay_what_they_are before update on billing.coupons
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'code', 'percent', 'amount',
    'currency');
create constraint trigger coupons_equal_their_uses after insert or update of used on billing.coupons
  deferrable initially deferred
  for each row execute function billing_private.require_balance();
