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
