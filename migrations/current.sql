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
