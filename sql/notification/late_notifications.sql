create or replace view app_public.late_notifications with (security_invoker = true) as
-- One that waits for the end of the quiet hours (retry_at without an attempt) is not late until then.
select n.clinic_id, n.id, n.booking_id, n.customer_id, n.kind, n.channel, n.state, n.due_at,
  now() - greatest(n.due_at, case when n.attempts = 0 then n.retry_at end) as late_by, n.attempts, n.retry_at, n.last_error,
  n.channel = 'webhook' or app_hidden.has_address(n.clinic_id, n.customer_id, n.kind) as has_address
from app_public.notifications n
where n.state = 'dead' or n.state = 'pending' and greatest(n.due_at, case when n.attempts = 0 then n.retry_at end) < now() - interval '1 minute';

comment on view app_public.late_notifications is
$c$@foreignKey (clinic_id, booking_id) references app_public.bookings (clinic_id, id)|@backwardBehavior -*
Messages that should have gone out more than a minute ago: still tried, or dead. `has_address` is false when none is known over which it could be sent: only a telephone call helps. Of the dead the desk decides: send_again, or a telephone call.$c$;

grant select on app_public.late_notifications to app_staff;
