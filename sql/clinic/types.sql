create type app_public.staff_role as enum ('receptionist', 'doctor', 'manager');
comment on type app_public.staff_role is
'The role of an employee. Managers run the clinic, receptionists work at its desk, doctors work with their own slots '
'and patients.';

create type app_public.invitation as (
  clinic_id bigint,
  id bigint,
  email text,
  expires_at timestamptz
);
comment on type app_public.invitation is
'A new invitation. Its link is mailed to the invited address, and to nobody else.';

create type app_public.network_alert as (
  clinic_id bigint,
  slot_date date,
  slots_taken int,
  slots_of_day int,
  first_at timestamptz,
  last_at timestamptz
);
comment on type app_public.network_alert is
'An alert that customers of one network have taken a large part of the slots of a date within a day.';
comment on column app_public.network_alert.slots_taken is
'How many slots of the date they have held or booked, including those that are free again.';
comment on column app_public.network_alert.slots_of_day is 'How many slots the date had then.';

create type app_public.open_invitation as (
  clinic_id bigint,
  id bigint,
  email text,
  full_name text,
  role app_public.staff_role,
  doctor_id bigint,
  created_at timestamptz,
  expires_at timestamptz,
  delivery text,
  sent_at timestamptz
);
comment on type app_public.open_invitation is 'An invitation to a clinic''s staff that has not been accepted yet.';
comment on column app_public.open_invitation.delivery is
'The state of the mail with the link: pending, sent, dead (the mail server refused it), or dropped (too many mails to '
'this address in an hour: invite the person again later).';
