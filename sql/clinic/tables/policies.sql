create table app_public.policies (
  clinic_id bigint not null,
  lead_time interval not null default '1 hour',
  horizon interval not null default '90 days',
  cancellation_cutoff interval not null default '2 hours',
  hold_time interval not null default '10 minutes',
  max_live_bookings int not null default 5,
  reminder_lead_times interval[] not null default '{24 hours}',
  generation_weekday int not null default 4,
  generation_time time not null default '22:00',
  generation_weeks int not null default 1,
  row_version int not null default 1,
  -- How the clinic sends messages.
  language text not null default 'en',
  sender_name text,
  quiet_from time,
  quiet_until time,
  max_holds_of_a_slot int not null default 5,
  mails_event_head boolean not null default false,
  accepts_guests boolean not null default false,
  guest_hold_time interval not null default '30 minutes',
  feeds_show_names boolean not null default false,
  currency text not null default 'EUR',
  payment_hold_time interval not null default '35 minutes',
  payment_term int not null default 14,
  invoice_footer text,
  consultation_provider text not null default 'presence',
  consultation_opens_before interval not null default '15 minutes',
  consultation_closes_after interval not null default '60 minutes',
  waiting_head_start interval not null default '30 minutes',
  waiting_notice interval not null default '2 hours',
  records_visits boolean not null default false,
  recordings_kept_for interval not null default '30 days',
  constraint a_clinic_has_one_policy primary key (clinic_id),
  constraint policies_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id) on delete cascade,
  constraint lead_times_are_not_negative check (lead_time >= '0' and lead_time <= '365 days'),
  constraint horizons_lie_ahead check (horizon > '0' and horizon <= '800 days'),
  constraint cancellation_cutoffs_are_not_negative
    check (cancellation_cutoff >= '0' and cancellation_cutoff <= '365 days'),
  constraint holds_last_from_a_minute_to_a_day check (hold_time between '1 minute' and '1 day'),
  constraint guests_have_five_minutes_to_a_day check (guest_hold_time between '5 minutes' and '1 day'),
  constraint clinics_use_a_known_currency foreign key (currency) references billing.currencies (code),
  constraint payments_have_half_an_hour_to_a_day check (payment_hold_time between '33 minutes' and '1 day'),
  constraint payment_terms_last_at_most_a_year check (payment_term between 0 and 365),
  constraint invoice_footers_are_short check (app_hidden.require_prose(invoice_footer, 'invoiceFooter', 1000)),
  constraint head_starts_last_from_five_minutes_to_a_day check (waiting_head_start between '5 minutes' and '1 day'),
  constraint waiting_notices_are_not_negative check (waiting_notice between '0' and '30 days'),
  constraint customers_may_book_at_least_once check (max_live_bookings between 1 and 1000),
  constraint reminders_are_few_and_before check (
    cardinality(reminder_lead_times) <= 5 and array_position(reminder_lead_times, null) is null
    and '0' < all (reminder_lead_times) and '365 days' >= all (reminder_lead_times)),
  constraint generation_weekdays_are_iso check (generation_weekday between 1 and 7),
  constraint generation_looks_at_most_a_year_ahead check (generation_weeks between 1 and 52),
  constraint clinics_write_in_a_language_that_is_known check (language in ('en', 'de')),
  constraint quiet_hours_have_both_ends
    check ((quiet_from is null) = (quiet_until is null) and quiet_from <> quiet_until),
  constraint customers_may_hold_a_slot_at_least_once check (max_holds_of_a_slot between 1 and 1000),
  constraint consultation_providers_are_known check (
    app_hidden.require_one_of(consultation_provider, 'consultationProvider', 'presence', 'link', 'jitsi', 'daily')),
  constraint rooms_open_at_most_a_day_before check (consultation_opens_before between '0' and '1 day'),
  constraint rooms_close_at_most_a_day_after check (consultation_closes_after between '1 minute' and '1 day'),
  constraint recordings_are_kept_from_a_day_to_ten_years check (recordings_kept_for between '1 day' and '3650 days'),
  constraint sender_names_are_one_short_line check (app_hidden.require_line(sender_name, 'senderName', 100))
);

comment on table app_public.policies is 'A clinic''s rules. Created with the clinic, edited by its managers.';
comment on column app_public.policies.lead_time is
'Customers can book until this long before the start. The desk is not bound.';
comment on column app_public.policies.horizon is 'Customers can book from this long before the start.';
comment on column app_public.policies.cancellation_cutoff is
'Customers can cancel or reschedule until this long before the start.';
comment on column app_public.policies.hold_time is 'How long hold_slot holds a slot.';
comment on column app_public.policies.max_live_bookings is
'The largest number of future bookings and holds that a customer may have in the clinic. The desk is not bound.';
comment on column app_public.policies.reminder_lead_times is
'How long before the start reminders are sent, one for each element.';
comment on column app_public.policies.generation_weekday is
'ISO weekday (1 is Monday) on which the slots of the coming weeks are created.';
comment on column app_public.policies.generation_time is
'The local time of the clinic at which slots are created on that day.';
comment on column app_public.policies.generation_weeks is
'The number of weeks for which slots are created, from the next Monday on.';
comment on column app_public.policies.language is
'The language of messages to customers who have not chosen one: en or de.';
comment on column app_public.policies.sender_name is 'The sender''s name of messages; null means the clinic''s name.';
comment on column app_public.policies.quiet_from is
'The local time from which no messages are sent, until quiet_until. Reminders are sent before it. Other messages are '
'sent after quiet_until, unless they answer an action of the customer or concern a visit within two hours of '
'quiet_until.';
comment on column app_public.policies.quiet_until is
'The local time at which the quiet hours end. A time earlier than quiet_from means the next morning.';
comment on column app_public.policies.max_holds_of_a_slot is
'How often a customer may hold one slot in a day. The desk is not bound.';
comment on column app_public.policies.mails_event_head is
'Whether the clinic''s managers get the head of its chain of events by e-mail, on each day on which it has grown.';
comment on column app_public.policies.accepts_guests is
'Whether patients can book without an account, with a name and an e-mail address (book_as_guest).';
comment on column app_public.policies.guest_hold_time is
'How long a slot is held until the guest confirms by the link in the mail.';
comment on column app_public.policies.feeds_show_names is
'Whether the calendars to which staff subscribe show the names of patients. The providers of calendars store them.';
comment on column app_public.policies.currency is 'The currency of the clinic''s prices and invoices.';
comment on column app_public.policies.payment_hold_time is
'How long a slot is held for a patient who pays before the visit is booked. Providers keep a page of payment open for '
'at least half an hour.';
comment on column app_public.policies.payment_term is
'The number of days after its issue within which an invoice is to be paid. It applies to invoices that are issued '
'from now on.';
comment on column app_public.policies.invoice_footer is
'The text at the end of invoices, such as the tax number and the bank account.';
comment on column app_public.policies.consultation_provider is
'The provider of the rooms of online visits: jitsi or daily, which the operator sets up; link, the doctors'' own '
'addresses in doctor_rooms; or presence, a page that only shows who has come, for trying it out.';
comment on column app_public.policies.consultation_opens_before is
'How long before its start an online visit can be joined. It applies to visits that are booked or moved from now on.';
comment on column app_public.policies.consultation_closes_after is
'How long after its end an online visit can be joined.';
comment on column app_public.policies.waiting_head_start is
'How long a freed time is offered to one patient on the waiting list before the next one gets it, too. Shorter when '
'the visit is near.';
comment on column app_public.policies.records_visits is
'Whether doctors may store recordings of online visits to which the patient and the doctor agree.';
comment on column app_public.policies.recordings_kept_for is
'How long a recording is kept after its upload was begun. A shorter time also applies to existing recordings; a '
'longer one does not.';
comment on column app_public.policies.waiting_notice is
'The shortest time before its start at which a freed time is still offered to the waiting list. One that is freed '
'later is open to everybody at once.';

alter table app_public.policies enable row level security;
create policy everybody_sees_policies on app_public.policies for select to app_anonymous using (true);
create policy managers_edit_their_policies on app_public.policies
  for update to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.policies for all to app_admin using (true);
grant select on app_public.policies to app_anonymous;
grant update (lead_time, horizon, cancellation_cutoff, hold_time, max_live_bookings, reminder_lead_times,
    generation_weekday, generation_time, generation_weeks, row_version, language, sender_name, quiet_from,
    quiet_until, max_holds_of_a_slot, mails_event_head, accepts_guests, guest_hold_time, feeds_show_names,
    currency, payment_hold_time, payment_term, invoice_footer, consultation_provider, consultation_opens_before,
    consultation_closes_after, waiting_head_start, waiting_notice, records_visits, recordings_kept_for)
    on app_public.policies to app_staff;

create trigger policies_count_their_versions before update on app_public.policies
  for each row execute function app_hidden.bump_row_version();
create trigger policies_stay_with_their_clinic before update on app_public.policies
  for each row execute function app_hidden.refuse_new_identity('clinic_id');
create trigger the_currency_stays_that_of_the_prices before update of currency on app_public.policies
  for each row when (NEW.currency <> OLD.currency) execute function billing_private.require_currency_of_prices();
create trigger reminders_follow_the_policy
  after update of reminder_lead_times, quiet_from, quiet_until on app_public.policies
  for each row when ((NEW.reminder_lead_times, NEW.quiet_from, NEW.quiet_until)
    is distinct from (OLD.reminder_lead_times, OLD.quiet_from, OLD.quiet_until))
  execute function app_private.apply_changed_rules();
create trigger rooms_move_to_the_chosen_provider after update of consultation_provider on app_public.policies
  for each row when (NEW.consultation_provider <> OLD.consultation_provider)
  execute function app_private.use_chosen_provider();
create trigger recordings_are_not_kept_for_longer after update of recordings_kept_for on app_public.policies
  for each row when (NEW.recordings_kept_for < OLD.recordings_kept_for)
  execute function app_private.shorten_recordings();
