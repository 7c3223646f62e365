-- Customers are global, because patients look for doctors across clinics. What a clinic records about them is in
-- clinic_customers.
create table app_public.customers (
  id bigint generated always as identity,
  account_id bigint,
  full_name text not null,
  email app_public.email_address,
  phone text,
  is_active boolean not null default true,
  row_version int not null default 1,
  created_at timestamptz not null default now(),
  preferred_language text,
  preferred_channel text,
  wants_reminders boolean not null default true,
  email_verified_at timestamptz,
  birth_date date,
  merged_into_id bigint,
  human_id bigint,
  constraint customers_are_identified_by_id primary key (id),
  constraint an_account_is_one_customer unique (account_id),
  constraint customers_may_have_an_account foreign key (account_id) references app_private.accounts (id),
  constraint customers_are_merged_into_a_customer foreign key (merged_into_id) references app_public.customers (id),
  constraint customers_may_be_a_known_human foreign key (human_id) references app_private.humans (id),
  constraint customers_have_a_name check (app_hidden.require_line(full_name, 'fullName', 200)),
  constraint customer_phones_are_short check (app_hidden.require_line(phone, 'phone', 50)),
  constraint customers_read_a_language_that_is_known
    check (app_hidden.require_one_of(preferred_language, 'preferredLanguage', 'en', 'de')),
  constraint customers_are_told_by_email_or_sms
    check (app_hidden.require_one_of(preferred_channel, 'preferredChannel', 'email', 'sms')),
  constraint preferred_channels_have_an_address check (
    app_hidden.require_address_for(preferred_channel, 'sms', phone, 'phone')
    and app_hidden.require_address_for(preferred_channel, 'email', email, 'email'))
);

comment on table app_public.customers is
'A patient of the whole platform. Only the patient and administrators can read this row; a clinic has its own record '
'in clinic_customers.';
comment on column app_public.customers.account_id is
'Null for people whom a clinic''s desk recorded and who never registered.';
comment on column app_public.customers.preferred_language is 'en or de; null means the clinic''s language.';
comment on column app_public.customers.preferred_channel is
'email or sms, where the clinic offers it; null means the clinic''s default.';
comment on column app_public.customers.wants_reminders is 'False opts out of reminders from all clinics.';
comment on column app_public.customers.email_verified_at is
'When the customer proved that the address is theirs: for a customer with an account, the address of the account.';
comment on column app_public.customers.birth_date is 'Entered for dependants. Clinics do not see it.';
comment on column app_public.customers.human_id is
$c$@behavior -*
The human that the customer is, if known. Not part of the API.$c$;
comment on column app_public.customers.merged_into_id is
'The customer whom this one turned out to be: the surviving record. A pointer only: bookings and events keep the '
'customer that they were made for, and undo_merge sets it to null again. Never a customer who is merged too.';

create index customers_of_a_human on app_public.customers (human_id) where human_id is not null;
create index customers_merged_into_one on app_public.customers (merged_into_id) where merged_into_id is not null;

alter table app_public.customers enable row level security;
create policy customers_see_themselves on app_public.customers
  for select to app_customer using (id = any (app_hidden.current_customer_ids()));
create policy customers_edit_themselves on app_public.customers
  for update to app_customer using (id = any (app_hidden.current_customer_ids()));
create policy admins_do_everything on app_public.customers for all to app_admin using (true);
grant select (id, account_id, full_name, email, phone, is_active, row_version, created_at, preferred_language,
    preferred_channel, wants_reminders, email_verified_at, birth_date, merged_into_id),
    update (full_name, email, phone, row_version, preferred_language, preferred_channel, wants_reminders, birth_date)
    on app_public.customers to app_customer;
grant insert (full_name, email, phone), update (is_active) on app_public.customers to app_admin;

create trigger customers_count_their_versions before update on app_public.customers
  for each row execute function app_hidden.bump_row_version();
create trigger customers_are_confirmed_with_their_account before insert on app_public.customers
  for each row when (NEW.account_id is not null) execute function app_private.copy_confirmation_of_account();
create trigger new_addresses_are_confirmed_first before update of email on app_public.customers
  for each row when (NEW.email is not null and NEW.email is distinct from OLD.email)
  execute function app_private.refuse_unconfirmed_email();
create trigger customers_keep_their_account before update on app_public.customers
  for each row execute function app_hidden.refuse_new_identity('id', 'account_id');
create trigger erased_customers_stay_erased before update on app_public.customers
  for each row when (NEW.full_name <> 'erased' or NEW.is_active
    or num_nonnulls(NEW.email, NEW.phone, NEW.preferred_language, NEW.preferred_channel, NEW.birth_date) > 0)
  execute function app_private.refuse_change_of_erased('id');
create trigger what_is_missing_is_refused before insert or update on app_public.customers
  for each row when (num_nulls(NEW.full_name, NEW.wants_reminders, NEW.is_active) > 0)
  execute function app_hidden.refuse_missing('full_name', 'wants_reminders', 'is_active');
create trigger clinics_copies_follow_the_profile after update of full_name, email, phone on app_public.customers
  for each row when ((OLD.full_name, OLD.email, OLD.phone) is distinct from (NEW.full_name, NEW.email, NEW.phone))
  execute function app_private.update_clinic_copies();
create trigger numbers_for_sms_are_mobile before insert or update of phone, preferred_channel on app_public.customers
  for each row when (NEW.preferred_channel = 'sms' and NEW.phone is not null)
  execute function app_private.assert_phone_takes_sms();
create trigger customers_are_merged_without_chains before insert or update of merged_into_id on app_public.customers
  for each row when (NEW.merged_into_id is not null) execute function app_private.check_merge();
create trigger merges_are_recorded after update of merged_into_id on app_public.customers
  for each row when (OLD.merged_into_id is distinct from NEW.merged_into_id)
  execute function app_private.record_merge();
create trigger customers_were_born before insert or update of birth_date on app_public.customers
  for each row when (NEW.birth_date is not null) execute function app_private.check_birth_date();
