--! include core/error_codes.sql

-- Clinics are found by a part of their name, and shown in its order: the API filters and orders by what an index covers.
create index if not exists clinics_name_idx on app_public.clinics (name);

-- Slots that somebody inserts by hand are dated as those that are generated are. Of those that exist none is looked at: they never change.
--! include schedule/require_local_date.sql
drop trigger if exists booking_slots_have_the_local_date_of_their_beginning on app_public.booking_slots;
create trigger booking_slots_have_the_local_date_of_their_beginning after insert on app_public.booking_slots
  referencing new table as made for each statement execute function app_private.require_local_date();

-- A search costs a tenth less. Cursors of the release before are refused: whoever is paging begins again.
--! include booking/available_slots.sql
