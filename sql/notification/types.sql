create type app_public.notification_kind as enum (
  'booking_confirmed', 'booking_reminder', 'booking_rescheduled', 'booking_cancelled', 'slot_withdrawn', 'slot_offered',
  'payment_due'
);
comment on type app_public.notification_kind is
'The kinds of message: about a booking, about a time that is offered to the waiting list (slot_offered), or about an '
'invoice that was not paid in time (payment_due).';

create type app_public.notification_state as enum ('pending', 'sent', 'dropped', 'dead');
comment on type app_public.notification_state is
'pending (to be sent), sent, dropped (no longer to be sent), or dead (given up after repeated failures).';

create type app_public.new_webhook_endpoint as (
  clinic_id bigint,
  id bigint,
  url text,
  secret text
);
comment on type app_public.new_webhook_endpoint is
'A webhook endpoint that was just created. Its secret is shown only here.';

create type app_public.notification_preview as (
  subject text,
  body text
);
comment on type app_public.notification_preview is 'A message as a customer would get it.';
