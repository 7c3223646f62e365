create table app_private.account_messages (
  id bigint generated always as identity,
  address app_public.email_address not null,
  account_id bigint,
  guest_clinic_id bigint,
  guest_booking_id bigint,
  kind text not null,
  language text not null,
  state text not null default 'pending',
  created_at timestamptz not null default now(),
  send_after timestamptz not null default now(),
  attempts int not null default 0,
  sent_at timestamptz,
  last_error text,
  token_hash bytea,
  token_expires_at timestamptz,
  delivered_subject text,
  delivered_body text,
  invitation_clinic_id bigint,
  invitation_id bigint,
  record_customer_id bigint,
  record_clinic_id bigint,
  money_clinic_id bigint,
  money_amount bigint,
  money_currency text,
  money_invoice_id bigint,
  constraint account_messages_are_identified_by_id primary key (id),
  constraint account_messages_may_be_of_an_account
    foreign key (account_id) references app_private.accounts (id) on delete cascade,
  constraint account_messages_are_of_a_known_kind check (kind in (
    'registered', 'registered_again', 'password_reset', 'email_confirmation', 'email_change', 'email_change_notice',
    'guest_booking', 'invitation', 'joined', 'account_merge', 'accounts_merged', 'record_claim',
    'grown_up', 'payment_received', 'credit_received', 'invoice_issued')),
  constraint account_messages_are_in_a_language_that_is_known check (language in ('en', 'de')),
  constraint account_messages_are_in_a_known_state check (state in ('pending', 'sent', 'dead', 'dropped')),
  constraint account_messages_are_sent_to_somebody check (
    num_nonnulls(account_id, guest_booking_id) = 1
    or account_id is null and (state = 'dropped' or kind in ('invitation', 'grown_up'))),
  constraint invitations_and_what_follows_name_their_invitation check (
    (kind in ('invitation', 'joined')) = (num_nonnulls(invitation_clinic_id, invitation_id) = 2)),
  constraint mails_of_guests_are_about_their_booking check (
    (kind = 'guest_booking') = (num_nonnulls(guest_clinic_id, guest_booking_id) = 2)),
  constraint claims_of_records_name_the_record
    check ((kind in ('record_claim', 'grown_up')) = (record_customer_id is not null)),
  constraint clinics_of_records_are_named_with_the_record check (record_clinic_id is null or kind = 'record_claim'),
  constraint account_messages_may_be_about_a_record
    foreign key (record_customer_id) references app_public.customers (id) on delete cascade,
  constraint mails_about_money_say_how_much check (
    (kind in ('payment_received', 'credit_received', 'invoice_issued'))
    = (num_nonnulls(money_clinic_id, money_amount, money_currency) = 3)),
  constraint mails_of_invoices_name_the_invoice check ((kind = 'invoice_issued') = (money_invoice_id is not null)),
  constraint tokens_expire check ((token_hash is null) = (token_expires_at is null))
);

comment on table app_private.account_messages is
'E-mails about accounts. They belong to no clinic and are sent by the job send_account_messages. A request for an '
'address without an account also leaves a row, in state dropped.';
comment on column app_private.account_messages.guest_booking_id is
'What a guest, who has no account, is asked to confirm (app_private.guest_bookings).';
comment on column app_private.account_messages.invitation_id is
'The invitation to a clinic''s staff that is sent, or through which the account was made (app_private.invitations).';
comment on column app_private.account_messages.record_customer_id is
'The record of a clinic that the account asks to add (request_record_by_link), or the dependant who is of age and is '
'invited to an account (invite_grown_up_dependants).';
comment on column app_private.account_messages.record_clinic_id is
'The clinic of the record, if the clinic is in a shard: the server finds the shard by it.';
comment on column app_private.account_messages.money_amount is
'The amount that was received by the clinic, became credit there, or is the total of the invoice, in minor units of '
'the currency.';
comment on column app_private.account_messages.money_invoice_id is
'The invoice of the clinic that is attached (billing.invoices).';
comment on column app_private.account_messages.send_after is 'When the mail is to be sent or retried.';
comment on column app_private.account_messages.token_hash is 'SHA-256 of the token in the link of the mail.';
comment on column app_private.account_messages.delivered_body is
'The text that the development transport delivered; null with a mail server.';

create index account_messages_to_an_address on app_private.account_messages (address, created_at);
create index account_messages_of_an_account on app_private.account_messages (account_id);
create index account_messages_about_an_invitation on app_private.account_messages (invitation_clinic_id, invitation_id)
  where invitation_id is not null;
create index account_messages_about_a_record on app_private.account_messages (record_customer_id)
  where record_customer_id is not null;
create index account_messages_by_token on app_private.account_messages (token_hash) where token_hash is not null;
create index account_messages_to_send on app_private.account_messages (send_after) where state = 'pending';
create index account_messages_by_age on app_private.account_messages (created_at);

alter table app_private.account_messages enable row level security;
