create type app_public.waiting_state as enum ('waiting', 'booked', 'left');
comment on type app_public.waiting_state is
'Whether an entry of the waiting list waits for a time (waiting), has got one (booked), or has been left (left). An '
'entry whose until_date has passed does not wait any more, even if its state is waiting.';

create type app_public.offer_state as enum ('offered', 'accepted', 'declined', 'lost', 'opened');
comment on type app_public.offer_state is
'offered (its waiter may take the time once the head start has begun), accepted, declined, lost (somebody else has the '
'time, or the clinic withdrew it), or opened (all head starts have ended, and anyone may book the time).';

create type app_public.linked_offer as (
  clinic_id bigint,
  offer_id bigint,
  state app_public.offer_state,
  starts_at timestamptz,
  ends_at timestamptz,
  doctor_id bigint,
  doctor_name text,
  service_id bigint,
  service_name text,
  clinic_name text,
  address text,
  phone text,
  time_zone text,
  head_start_from timestamptz,
  head_start_until timestamptz,
  is_open boolean,
  moves_from timestamptz,
  is_waiting boolean,
  refusal text
);
comment on type app_public.linked_offer is
'An offered time as the holder of its link sees it: without the name, contact or note of the patient.';
comment on column app_public.linked_offer.starts_at is 'When the visit itself would begin, without buffers.';
comment on column app_public.linked_offer.phone is 'The phone number of the clinic.';
comment on column app_public.linked_offer.head_start_from is 'From then on the holder can take the time.';
comment on column app_public.linked_offer.head_start_until is
  'Until then, customers whose head start is later cannot take the time.';
comment on column app_public.linked_offer.is_open is
'Whether the holder''s head start has begun and nobody has taken the time. Other rules of booking are not checked.';
comment on column app_public.linked_offer.moves_from is
'When the visit begins that would move to the offered time; null if the time would be booked as a new visit.';
comment on column app_public.linked_offer.is_waiting is 'Whether the holder still waits for a time.';
comment on column app_public.linked_offer.refusal is
'As in auth_tokens: the name of a refusal that could not be raised, because an attempt had to be counted.';
