create or replace function app_private.reminder_period() returns interval
language sql immutable parallel safe
return interval '25 hours';

comment on function app_private.reminder_period is
'How long before it is due a reminder is written at the latest: at once for a booking whose reminder is due within '
'this period, otherwise by queue_coming_reminders. A reminder is spread over the day before it is due '
'(plan_reminders), so the period is a little longer than a day.';
