create or replace function app_private.reminder_period() returns interval
language sql immutable parallel safe
return interval '25 hours';

comment on function app_private.reminder_period is
'Reminders are written at the latest so long before they are due: with the booking if they are due within this '
'period, otherwise by queue_coming_reminders. A reminder is spread over the day before it is due (plan_reminders), so '
'the period is a little longer than a day.';
