create type app_public.slot_status as enum ('open', 'held', 'booked', 'withdrawn');
comment on type app_public.slot_status is
'Whether a slot is free (open), reserved for a customer for some minutes (held), booked, or taken out of the calendar '
'(withdrawn).';

create type app_public.booking_status as enum ('booked', 'checked_in', 'completed', 'cancelled', 'no_show');
comment on type app_public.booking_status is
'The state of a booking: booked, checked_in (the patient has arrived), then completed; or cancelled, or no_show.';

create type app_public.booking_party as enum ('customer', 'clinic');
comment on type app_public.booking_party is 'The two sides of a booking.';

create type app_public.available_slot as (
  cursor text,
  clinic_id bigint,
  clinic_name text,
  time_zone text,
  doctor_id bigint,
  doctor_name text,
  booking_slot_id bigint,
  slot_date date,
  starts_at timestamptz,
  ends_at timestamptz,
  local_start time,
  local_end time,
  zone_distance int
);
comment on type app_public.available_slot is 'A slot that can be booked now.';
comment on column app_public.available_slot.cursor is 'Pass it as `after` to get the rows that follow this one.';
comment on column app_public.available_slot.local_start is 'The clinic''s local time at the start.';

-- What an access path of the search finds. Used inside app_public.available_slots only.
create type app_private.free_slot as (
  clinic_id bigint,
  clinic_name text,
  time_zone text,
  doctor_id bigint,
  id bigint,
  slot_date date,
  starts_at timestamptz,
  ends_at timestamptz
);
comment on type app_private.free_slot is 'A free slot that app_public.available_slots has found, with its clinic.';

create type app_public.day_with_free_slots as (
  slot_date date
);
comment on type app_public.day_with_free_slots is 'A local date on which a slot can be booked now.';

create type app_public.slot_bookability as (
  is_bookable boolean,
  refused_as text
);
comment on type app_public.slot_bookability is 'Whether a slot can be booked now, and if not, the name of the refusal.';

create type app_public.planned_alternative as (
  booking_slot_id bigint,
  starts_at timestamptz
);
comment on type app_public.planned_alternative is 'Another slot that can be booked for a date of a series.';

create type app_public.planned_visit as (
  booking_id bigint,
  slot_date date,
  booking_slot_id bigint,
  starts_at timestamptz,
  ends_at timestamptz,
  reason text,
  alternatives app_public.planned_alternative[]
);
comment on type app_public.planned_visit is 'One date of a planned series.';
comment on column app_public.planned_visit.booking_id is
'The visit that would move to this date. Null in a new series.';
comment on column app_public.planned_visit.booking_slot_id is
'The slot on this date, which book_series or move_series takes; null if there is none.';
comment on column app_public.planned_visit.reason is
'Why the visit cannot be booked: the name of a refusal, or not_generated if the slot will be made from a template '
'(generate_series_slots). Null: it can be booked.';
comment on column app_public.planned_visit.alternatives is
'If it cannot be booked, up to three other slots of the doctor that can, at most three days away, the nearest first.';
