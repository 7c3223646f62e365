create type app_public.event_fault as enum ('changed', 'missing', 'inserted', 'seal_missing', 'rewritten');
comment on type app_public.event_fault is
'What is wrong with an event: it differs from what was sealed (changed), is gone (missing), or was inserted later '
'without a seal (inserted); its seal is gone (seal_missing); or the chain is complete but differs from the original '
'one (rewritten).';

create type app_public.event_verification as (
  clinic_id bigint,
  "position" bigint,
  hash text,
  sealed_at timestamptz,
  unsealed bigint,
  fault app_public.event_fault,
  fault_position bigint,
  fault_event_id bigint
);
comment on type app_public.event_verification is 'The result of verify_events.';
comment on column app_public.event_verification."position" is 'The number of sealed events.';
comment on column app_public.event_verification.hash is 'The hash of the last seal, in hexadecimal.';
comment on column app_public.event_verification.unsealed is
'The number of events that are not sealed yet; they are a few seconds old, unless a transaction runs longer.';
comment on column app_public.event_verification.fault is 'Null if all events are as they were sealed.';
comment on column app_public.event_verification.fault_position is 'The position of the fault in the chain.';
comment on column app_public.event_verification.fault_event_id is 'The faulty event, if it is known.';

create type app_public.event_head as (
  clinic_id bigint,
  "position" bigint,
  hash text,
  sealed_at timestamptz
);
comment on type app_public.event_head is 'The head of a clinic''s chain of sealed events.';
comment on column app_public.event_head."position" is 'The number of sealed events.';
comment on column app_public.event_head.hash is 'The hash of the last seal, in hexadecimal.';

create type app_public.calendar_entry as (
  cursor text,
  clinic_id bigint,
  booking_slot_id bigint,
  doctor_id bigint,
  slot_date date,
  starts_at timestamptz,
  ends_at timestamptz,
  slot_status app_public.slot_status,
  customer_id bigint,
  booking_id bigint,
  booking_status app_public.booking_status,
  booking_customer_id bigint
);
comment on type app_public.calendar_entry is 'A slot as it was at a past moment, with one of its bookings or none.';
comment on column app_public.calendar_entry.cursor is 'Pass it as `after` to get the rows that follow this one.';
comment on column app_public.calendar_entry.customer_id is
'The customer who held or had booked the slot then. An expired hold is shown until it was released or replaced.';
comment on column app_public.calendar_entry.booking_id is
'A booking of this slot at that moment, also one that had ended; null if there was none.';
