create table app_public.clinic_customers (
  clinic_id bigint not null,
  customer_id bigint not null,
  full_name text not null,
  email app_public.email_address,
  phone text,
  notes text,
  row_version int not null default 1,
  created_at timestamptz not null default now(),
  preferred_language text,
  preferred_channel text,
  wants_reminders boolean not null default true,
  copied_from_profile text[] not null default '{}',
  phone_e164 text,
  phone_takes_sms boolean not null default false,
  search_key text generated always as (app_hidden.search_key(full_name, email::text, phone, phone_e164)) stored,
  constraint a_clinic_keeps_one_record_of_a_customer primary key (clinic_id, customer_id),
  constraint clinic_customers_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id),
  constraint clinic_customers_are_customers foreign key (customer_id) references app_public.customers (id),
  constraint clinic_customers_have_a_name check (app_hidden.require_line(full_name, 'fullName', 200)),
  constraint clinic_customer_phones_are_short check (app_hidden.require_line(phone, 'phone', 50)),
  constraint clinic_customer_notes_are_short check (app_hidden.require_prose(notes, 'notes', 5000)),
  constraint clinic_customers_read_a_language_that_is_known
    check (app_hidden.require_one_of(preferred_language, 'preferredLanguage', 'en', 'de')),
  constraint clinic_customers_are_told_by_email_or_sms
    check (app_hidden.require_one_of(preferred_channel, 'preferredChannel', 'email', 'sms')),
  constraint copies_are_of_columns_of_the_profile check (copied_from_profile <@ '{full_name,email,phone}'),
  constraint international_numbers_are_e164
    check (phone_e164 is null or phone is not null and phone_e164 ~ '^\+[1-9][0-9]{4,14}$'),
  constraint preferred_channels_of_records_have_an_address check (
    app_hidden.require_address_for(preferred_channel, 'sms', phone, 'phone')
    and app_hidden.require_address_for(preferred_channel, 'email', email, 'email'))
);

comment on table app_public.clinic_customers is
'One clinic''s record of a customer: name, contact and notes. Created by the first booking there or by '
'add_clinic_customer. Other clinics cannot see it.';
comment on column app_public.clinic_customers.preferred_language is
'The language that the desk entered. The customer''s own choice takes precedence.';
comment on column app_public.clinic_customers.preferred_channel is
'The channel that the desk entered. The customer''s own choice takes precedence.';
comment on column app_public.clinic_customers.wants_reminders is 'False opts out of this clinic''s reminders.';
comment on column app_public.clinic_customers.copied_from_profile is
$c$@behavior -*
The columns (full_name, email, phone) that were copied from the customer's profile and follow its changes. Columns that
the clinic typed or edited do not.$c$;
comment on column app_public.clinic_customers.phone_e164 is
'`phone` in international form, such as +4915123456789; null if it is not a number of any country. Set by the '
'database.';
comment on column app_public.clinic_customers.phone_takes_sms is
'Whether `phone` is a mobile number, so that SMS can be sent to it. Set by the database.';
comment on column app_public.clinic_customers.search_key is
'The text that find_clinic_customers searches: app_hidden.search_key.';

create index clinics_of_a_customer on app_public.clinic_customers (customer_id);
create index customers_of_a_clinic_by_name on app_public.clinic_customers (clinic_id, full_name);
-- what someone who has confirmed an address can claim, in all clinics
create index clinic_customers_by_email on app_public.clinic_customers (email) where email is not null;
create index clinic_customers_by_key on app_public.clinic_customers
  using gin (clinic_id, search_key public.gin_trgm_ops) with (gin_pending_list_limit = 256);

alter table app_public.clinic_customers enable row level security;
create policy staff_see_their_customers on app_public.clinic_customers
  for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy the_desk_edits_its_customers on app_public.clinic_customers
  for update to app_staff using (clinic_id = any (app_hidden.desk_clinic_ids()));
create policy admins_do_everything on app_public.clinic_customers for all to app_admin using (true);
grant select,
    update (full_name, email, phone, notes, row_version, preferred_language, preferred_channel, wants_reminders)
    on app_public.clinic_customers to app_staff;

create trigger clinic_customers_count_their_versions before update on app_public.clinic_customers
  for each row execute function app_hidden.bump_row_version();
create trigger clinic_customers_stay_in_their_clinic before update on app_public.clinic_customers
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'customer_id');
create trigger erased_customers_stay_erased before insert or update on app_public.clinic_customers
  for each row when (NEW.full_name <> 'erased'
    or num_nonnulls(NEW.email, NEW.phone, NEW.notes, NEW.preferred_language, NEW.preferred_channel) > 0)
  execute function app_private.refuse_change_of_erased('customer_id');
create trigger what_is_missing_is_refused before insert or update on app_public.clinic_customers
  for each row when (num_nulls(NEW.full_name, NEW.wants_reminders) > 0)
  execute function app_hidden.refuse_missing('full_name', 'wants_reminders');
create trigger edited_copies_are_the_clinics_own before update of full_name, email, phone on app_public.clinic_customers
  for each row when ((OLD.full_name, OLD.email, OLD.phone) is distinct from (NEW.full_name, NEW.email, NEW.phone))
  execute function app_private.stop_copying_edited_columns();
create trigger numbers_are_read_as_they_are_written
  before insert or update of phone, phone_e164, phone_takes_sms, preferred_channel on app_public.clinic_customers
  for each row when (num_nonnulls(NEW.phone, NEW.phone_e164) > 0 or NEW.phone_takes_sms)
  execute function app_private.read_phone_of_customer();
create trigger claims_end_when_the_address_changes after update of email on app_public.clinic_customers
  for each row when (OLD.email is distinct from NEW.email)
  execute function app_private.end_claim_of_changed_address();
