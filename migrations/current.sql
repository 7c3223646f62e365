-- Enter migration here

-- Everybody's next free slots by the clinics' local date, in place of those by time alone: a date begins at another moment in each zone. Writing
-- waits while it is built; who has millions of free slots builds it concurrently before, by this statement.
create index if not exists free_slots_of_a_date on app_public.booking_slots (slot_date, starts_at, id) where status in ('open', 'held');
--! include booking/available_slots.sql
drop index if exists app_public.free_slots_by_time;
--! include schedule/insert_slots.sql
--! include schedule/make_booking_slots.sql
