create or replace view app_public.late_notifications with (security_invoker = true) as
-- A message that waits for the end of the quiet hours (retry_at is set, attempts is 0) is not late before they end.
select n.clinic_id, n.id, n.booking_id, n.customer_id, n.kind, n.channel, n.state, n.due_at,
  now() - greatest(n.due_at, case when n.attempts = 0 then n.retry_at end) as late_by, n.attempts, n.retry_at,
    n.last_error,
  n.channel = 'webhook' or app_hidden.has_address(n.clinic_id, n.customer_id, n.kind) as has_address,
  n.slot_offer_id, n.invoice_id
from app_public.notifications n
where n.state = 'dead' and n.settled_at is null
  or n.state = 'pending'
  and greatest(n.due_at, case when n.attempts = 0 then n.retry_at end) < now() - interval '1 minute';

comment on view app_public.late_notifications is
$c$@unique clinic_id,id
@foreignKey (clinic_id, booking_id) references app_public.bookings (clinic_id, id)|@backwardBehavior -*
@foreignKey (clinic_id, slot_offer_id) references app_public.slot_offers (clinic_id, id)|@backwardBehavior -*
@foreignKey (clinic_id, invoice_id) references billing.invoices (clinic_id, id)|@backwardBehavior -*
Messages that should have been sent more than a minute ago and are still being tried, or are dead. `has_address` is
false when the clinic knows no address for the customer: only a telephone call helps. For dead messages, the desk
calls send_again, or telephones and calls settle_notification, after which they are not listed any more.$c$;

comment on column app_public.late_notifications.clinic_id is '@notNull';
comment on column app_public.late_notifications.id is '@notNull';
-- It grows from one page to the next.
comment on column app_public.late_notifications.late_by is '@behavior -orderBy';

grant select on app_public.late_notifications to app_staff;
