create table app_public.notifications (
  clinic_id bigint not null,
  id bigint generated always as identity,
  booking_id bigint,
  customer_id bigint not null,
  kind app_public.notification_kind not null,
  channel text not null default 'email',
  lead_time interval not null default '0',
  booking_sequence int not null,
  due_at timestamptz not null,
  state app_public.notification_state not null default 'pending',
  attempts int not null default 0,
  retry_at timestamptz,
  last_error text,
  sent_at timestamptz,
  created_at timestamptz not null default now(),
  endpoint_id bigint,
  send_after timestamptz,
  generation int not null default 1,
  dropped_because text,
  -- claim_notifications uses these two to decide about quiet hours when a message is sent.
  answers_until timestamptz,
  earlier_start timestamptz,
  settled_at timestamptz,
  settled_by_account_id bigint,
  slot_offer_id bigint,
  invoice_id bigint,
  series_booking_ids bigint[],
  constraint notifications_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint notifications_are_about_a_booking
    foreign key (clinic_id, booking_id) references app_public.bookings (clinic_id, id),
  constraint notifications_are_about_an_offer foreign key (clinic_id, slot_offer_id)
    references app_public.slot_offers (clinic_id, id) on delete cascade,
  constraint notifications_are_about_an_invoice foreign key (clinic_id, invoice_id)
    references billing.invoices (clinic_id, id),
  constraint notifications_are_about_a_booking_an_offer_or_an_invoice
    check (app_private.names_its_subject(kind, channel, booking_id, slot_offer_id, invoice_id)),
  constraint reminders_and_only_they_have_a_lead_time check ((kind = 'booking_reminder') = (lead_time > '0')),
  constraint sent_notifications_say_when check ((state = 'sent') = (sent_at is not null)),
  -- Over one channel, and to each endpoint once: changing a preference must not cause a second message.
  constraint a_booking_is_told_each_thing_once
    unique nulls not distinct (clinic_id, booking_id, kind, lead_time, booking_sequence, endpoint_id, slot_offer_id,
      invoice_id),
  constraint notification_channels_are_known check (channel = any ('{email,sms,webhook}')),
  constraint webhooks_and_only_they_go_to_an_endpoint check ((channel = 'webhook') = (endpoint_id is not null)),
  constraint notifications_may_go_to_an_endpoint foreign key (clinic_id, endpoint_id)
    references app_public.webhook_endpoints (clinic_id, id),
  constraint notifications_are_spread_ahead_never_behind check (send_after <= due_at),
  constraint reasons_are_for_what_is_dropped check (dropped_because is null or state = 'dropped'),
  -- The answer to a last attempt may still arrive, and then it was sent.
  constraint only_what_was_given_up_is_settled check (settled_at is null or state = any ('{dead,sent}')),
  constraint what_somebody_settled_says_when check (settled_by_account_id is null or settled_at is not null)
);

comment on table app_public.notifications is
$c$Messages to customers and webhooks about bookings, and to customers about offered times and unpaid invoices,
recorded in the transaction that causes them, and their outcomes.
@foreignKey (clinic_id) references app_public.clinics (id)$c$;
comment on column app_public.notifications.booking_id is 'Null for slot_offered and payment_due.';
comment on column app_public.notifications.slot_offer_id is
'The offer that a message of the kind slot_offered is about.';
comment on column app_public.notifications.invoice_id is
'The invoice that a message of the kind payment_due is about.';
comment on column app_public.notifications.series_booking_ids is
$c$@behavior -*
The visits of a series that one message is about. Null: it is about its booking alone.$c$;
comment on column app_public.notifications.channel is 'email, sms, or webhook (the clinic''s own system).';
comment on column app_public.notifications.lead_time is
'For a reminder: how long before the start of the appointment it is due.';
comment on column app_public.notifications.booking_sequence is
'The sequence of the booking that the message is about: after the booking is moved there are new reminders.';
comment on column app_public.notifications.due_at is
'When the message should be sent at the latest, if the channel''s rate allows. For a reminder: the lead time before '
'the start, or ten minutes before the quiet hours in which that lies.';
comment on column app_public.notifications.retry_at is
'The message is not sent before this time: an attempt failed, or (with no attempts) quiet hours end then.';
comment on column app_public.notifications.send_after is
'The message is not sent before this time; null means due_at. plan_reminders sets it to send reminders due at the '
'same time ahead of it.';
comment on column app_public.notifications.generation is '1, plus the number of times that send_again was called.';
comment on column app_public.notifications.dropped_because is
'booking_changed, offer_ended, nothing_due (the invoice was paid, or is void), rules_changed, opted_out, too_late, '
'quiet_hours (a reminder that could be sent only after its appointment had begun), or endpoint_inactive.';
comment on column app_public.notifications.answers_until is
'Until this time the message is sent even in quiet hours, because it answers what the customer has just done, or the '
'desk has just sent it again. Null for other messages.';
comment on column app_public.notifications.earlier_start is 'For a moved booking: when it began before.';
comment on column app_public.notifications.settled_at is
'For a dead message: when the desk marked it as done, for example because the patient was telephoned.';
comment on column app_public.notifications.settled_by_account_id is
'The account that marked it as done; null for an operator of the database.';

-- what a patient was sent
create index notifications_of_a_customer on app_public.notifications (customer_id);
-- An invoice is not reminded of a second time, whatever became of the first message.
create unique index an_invoice_is_reminded_of_once on app_public.notifications
  (clinic_id, invoice_id) where invoice_id is not null;
create index notifications_of_an_offer on app_public.notifications
  (clinic_id, slot_offer_id) where slot_offer_id is not null;
-- For plan_reminders.
create index reminders_to_plan on app_public.notifications
  (due_at) where state = 'pending' and kind = 'booking_reminder';
create index notifications_of_an_endpoint on app_public.notifications
  (clinic_id, endpoint_id) where endpoint_id is not null;
create index dead_notifications on app_public.notifications
  (clinic_id, due_at) where state = 'dead' and settled_at is null;
-- The work list of claim_notifications, by channel, so that senders of one channel do not read messages of others.
create index notifications_to_send on app_public.notifications
  (channel, (greatest(least(send_after, due_at), retry_at))) where state = 'pending';
-- The work list of claim_webhooks.
create index webhooks_to_send on app_public.notifications
  (clinic_id, endpoint_id, (greatest(due_at, retry_at)))
  where state = 'pending' and channel = 'webhook';

alter table app_public.notifications enable row level security;
create policy staff_see_their_notifications on app_public.notifications
  for select to app_staff using (clinic_id = any ((select app_hidden.staff_clinic_ids())::bigint[]));
create policy admins_see_everything on app_public.notifications for select to app_admin using (true);
create policy customers_see_their_notifications on app_public.notifications
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()) and channel <> 'webhook');
grant select (clinic_id, id, booking_id, customer_id, kind, channel, lead_time, booking_sequence, due_at, state,
    attempts, retry_at, sent_at, created_at, endpoint_id, send_after, generation, dropped_because, slot_offer_id,
    invoice_id)
    on app_public.notifications to app_customer;
grant select (last_error, settled_at, settled_by_account_id) on app_public.notifications to app_staff;

create trigger notifications_stay_with_their_booking
  before update of clinic_id, id, booking_id, customer_id, slot_offer_id, invoice_id on app_public.notifications
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'booking_id', 'customer_id',
    'slot_offer_id', 'invoice_id');
-- The server sets it only while traces are collected.
create trigger notifications_remember_their_trace after insert on app_public.notifications
  for each row when (current_setting('medislot.traceparent', true) <> '')
  execute function app_private.note_trace();
