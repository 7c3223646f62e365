create type app_private.link_purpose as enum ('manage', 'join', 'offer', 'confirm', 'feed');
comment on type app_private.link_purpose is
'The purpose of a link: to see, move and cancel a booking (manage), to join an online visit (join), to accept an '
'offered time (offer), to confirm the booking of a guest (confirm), to subscribe to a calendar (feed).';

create type app_private.link as (
  key_id int,
  purpose app_private.link_purpose,
  clinic_id bigint,
  subject_id bigint
);
comment on type app_private.link is
'The unverified contents of a token.';

create type app_public.guest_hold as (
  clinic_id bigint,
  booking_slot_id bigint,
  held_until timestamptz
);
comment on type app_public.guest_hold is 'A slot that is held for a guest until the link in the mail is opened.';

create type app_public.linked_booking as (
  clinic_id bigint,
  booking_id bigint,
  booking_slot_id bigint,
  status app_public.booking_status,
  sequence int,
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
  changeable_until timestamptz,
  is_changeable boolean,
  calendar_uid text,
  is_online boolean,
  join_path text,
  room text,
  refusal text
);
comment on type app_public.linked_booking is
'A booking as the holder of a link to it sees it: without the name, contact or note of the patient.';
comment on column app_public.linked_booking.starts_at is 'When the visit itself begins, without buffers.';
comment on column app_public.linked_booking.service_name is 'What the visit is for, if the clinic has services.';
comment on column app_public.linked_booking.phone is 'The phone number of the clinic.';
comment on column app_public.linked_booking.changeable_until is
'Until when the holder can move or cancel the booking: its start less the cancellation cut-off of the clinic or the '
'service.';
comment on column app_public.linked_booking.is_changeable is
'Whether the holder can move or cancel the booking now.';
comment on column app_public.linked_booking.calendar_uid is 'The UID of the booking in calendar files.';
comment on column app_public.linked_booking.join_path is
'The path of the page on which the patient joins an online visit: /join#<token>. Null for a visit at the clinic.';
comment on column app_public.linked_booking.room is 'The name of the room, if the visit has one.';
comment on column app_public.linked_booking.refusal is
'As in auth_tokens: the name of a refusal that could not be raised, because an attempt had to be counted.';

create type app_public.calendar_link as (
  path text,
  created_at timestamptz
);
comment on type app_public.calendar_link is 'The address at which calendar programs subscribe to a calendar.';
comment on column app_public.calendar_link.path is
'The path of the calendar on the server, such as /calendars/<token>.ics. Anyone who has it can read the calendar.';

create type app_public.linked_calendar as (
  name text,
  entries jsonb,
  refusal text
);
comment on type app_public.linked_calendar is 'A calendar as the holder of a link to it sees it.';
comment on column app_public.linked_calendar.entries is
'The appointments: [{"uid", "sequence", "startsAt", "endsAt", "stampedAt", "summary", "location"}]. UID and sequence '
'are those of the calendar files in e-mails.';
comment on column app_public.linked_calendar.refusal is
'As in auth_tokens: the name of a refusal that could not be raised, because an attempt had to be counted.';
