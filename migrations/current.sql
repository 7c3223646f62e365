-- Enter migration here

-- Stored outcomes and responses are given only to callers who still have the right.
alter table app_private.stored_responses add column if not exists rights text[] not null default '{}';
alter table app_private.stored_responses alter column rights drop default;
comment on column app_private.stored_responses.rights is 'The caller''s rights when it was made (app_private.current_rights).';
--! include core/current_rights.sql
--! include rest/claim_response.sql
--! include booking/replay.sql
--! include booking/replay_of_booking.sql
--! include booking/cancel_booking.sql
--! include booking/reschedule_booking.sql
--! include booking/advance_booking.sql
--! include schedule/withdraw_slot.sql
--! include schedule/withdraw_day.sql
-- This installation's own id, for names that other systems keep: calendar UIDs, Message-IDs, keys with providers.
create table if not exists app_private.installation (
  is_the_only boolean not null default true,
  id uuid not null default gen_random_uuid(),
  constraint there_is_one_installation primary key (is_the_only),
  constraint the_installation_is_the_only_one check (is_the_only)
);
comment on table app_private.installation is
'What is true of this database alone: one row. A copy of it that runs beside the original gets another id: update app_private.installation set id = gen_random_uuid().';
alter table app_private.installation enable row level security;
insert into app_private.installation default values on conflict do nothing;
--! include core/installation_id.sql
--! include booking/calendar_uid.sql
--! include booking/count_cancellation.sql
drop trigger if exists cancelled_bookings_have_a_higher_sequence on app_public.bookings;
create trigger cancelled_bookings_have_a_higher_sequence before update of status on app_public.bookings
  for each row when (NEW.status = 'cancelled' and OLD.status <> 'cancelled') execute function app_private.count_cancellation();
comment on column app_public.bookings.sequence is 'Counts moves and the cancellation, as an iCalendar SEQUENCE does.';
comment on table app_private.delivery_attempts is
'Every attempt to deliver, written before it is made. One without an outcome lost its worker: whether its message went out, the provider knows by the idempotency key <installation>-<clinic>-<notification>-<generation>.';
--! include notification/messages_of.sql
--! include identity/account_message_of.sql
