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
