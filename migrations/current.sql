-- Bookings that the clinic took away are listed too, until their patient books again.
alter table app_public.rebooking_list drop constraint rebooking_reasons_are_known;
alter table app_public.rebooking_list add constraint rebooking_reasons_are_known
  check (reason in ('template_gone', 'time_moved', 'slot_withdrawn')) not valid;
alter table app_public.rebooking_list validate constraint rebooking_reasons_are_known;
comment on table app_public.rebooking_list is
$c$Whom the desk has to offer another time: bookings that no longer fit the clinic templates, and bookings that ended because the clinic took their time away. An entry of the first kind resolves itself when its booking is moved or ended, or fits again; one of the second when the patient books here again.
@foreignKey (clinic_id, booking_slot_id) references app_public.booking_slots (clinic_id, id)$c$;
comment on column app_public.rebooking_list.reason is 'template_gone: no template wants the slot any more. time_moved: its time slot has another time now. slot_withdrawn: the clinic withdrew the slot or the whole day, or its doctor left; the booking is cancelled.';

--! include core/require_desk_or_own_doctor.sql
--! include schedule/list_withdrawn_booking.sql
--! include schedule/resolve_withdrawn.sql
--! include schedule/withdraw_slot.sql
--! include schedule/withdraw_day.sql
--! include schedule/clear_schedule.sql
--! include schedule/follow_templates.sql
--! include schedule/dismiss_rebooking.sql
--! include clinic/deactivate_doctor.sql
--! include identity/erase_answers.sql
--! include identity/remove_customer.sql

create or replace trigger new_bookings_stand_for_withdrawn_ones after insert on app_public.bookings
  for each row execute function app_private.resolve_withdrawn();

-- What every booking's statements read anew: the text of each check, and of each trigger's condition. The rules are the same, in fewer words.
alter table app_public.booking_slots
  drop constraint booking_slots_have_a_beginning_and_an_end,
  -- An empty range, and one without a beginning, include no lower bound.
  add constraint booking_slots_have_a_beginning_and_an_end
    check (lower_inc(during) and not upper_inc(during) and not upper_inf(during)) not valid;
alter table app_public.booking_slots validate constraint booking_slots_have_a_beginning_and_an_end;
alter table app_public.bookings
  drop constraint cancelled_bookings_say_when_and_by_whom,
  add constraint cancelled_bookings_say_when_and_by_whom
    check (num_nonnulls(cancelled_at, cancelled_by) = case when status = 'cancelled' then 2 else 0 end) not valid;
alter table app_public.bookings validate constraint cancelled_bookings_say_when_and_by_whom;
alter table app_public.events
  drop constraint events_are_of_slots_and_bookings,
  add constraint events_are_of_slots_and_bookings
    check (entity = case when booking_id is null then 'booking_slot' else 'booking' end) not valid,
  drop constraint actors_are_known,
  add constraint actors_are_known check (actor = any ('{customer,staff,admin,system}')) not valid;
alter table app_public.events validate constraint events_are_of_slots_and_bookings;
alter table app_public.events validate constraint actors_are_known;
create or replace trigger booking_slots_stay_what_they_are
  before update of clinic_id, id, doctor_id, time_slot_id, slot_date, during on app_public.booking_slots
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'doctor_id', 'time_slot_id', 'slot_date', 'during');
--! include notification/queue_notifications.sql

-- What was claimed is worded, and what became of it recorded, a batch at a time.
drop function if exists app_private.message_of(bigint, bigint);
drop function if exists app_private.notification_sent(bigint, bigint, text);
drop function if exists app_private.notification_failed(bigint, bigint, text, text);
drop function if exists app_private.count_delivery(text, text);
drop function if exists app_private.fill_in(text, jsonb);
drop function if exists app_private.say_time(timestamptz, text, text, text);
-- An attempt is written once more, with its outcome: beside itself where there is room, without its indexes.
alter table app_private.delivery_attempts set (fillfactor = 50);
--! include notification/reconcile_reminders.sql
--! include notification/claim_notifications.sql
--! include notification/say_time.sql
--! include notification/text_values.sql
--! include notification/text_parts.sql
--! include notification/fill_in.sql
--! include notification/preview_notification.sql
--! include notification/messages_of.sql
--! include notification/record_deliveries.sql

-- Everybody's next free slots by the clinics' local date, in place of those by time alone: a date begins at another moment in each zone. Writing
-- waits while it is built; who has millions of free slots builds it concurrently before, by this statement.
create index if not exists free_slots_of_a_date on app_public.booking_slots (slot_date, starts_at, id) where status in ('open', 'held');
--! include booking/available_slots.sql
drop index if exists app_public.free_slots_by_time;
--! include schedule/insert_slots.sql
--! include schedule/make_booking_slots.sql
