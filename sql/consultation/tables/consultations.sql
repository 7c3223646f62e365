create table app_public.consultations (
  clinic_id bigint not null,
  booking_id bigint not null,
  customer_id bigint not null,
  booking_sequence int not null,
  state app_public.consultation_state not null default 'wanted',
  opens_at timestamptz not null,
  closes_at timestamptz not null,
  patient_came_at timestamptz,
  doctor_came_at timestamptz,
  last_error text,
  attempts int not null default 0,
  -- When the job looks at it again: to prepare the room, and then to drop it. Null when nothing is left to do.
  retry_at timestamptz default now(),
  provider text,
  -- Nobody can guess it: a provider that does not check tokens admits anyone who knows the name of a room.
  room text not null default encode(public.gen_random_bytes(16), 'hex'),
  provider_reference text,
  constraint a_booking_has_one_consultation primary key (clinic_id, booking_id),
  constraint consultations_are_of_a_booking foreign key (clinic_id, booking_id)
    references app_public.bookings (clinic_id, id) on delete cascade,
  constraint rooms_close_after_they_open check (opens_at < closes_at),
  constraint consultations_that_are_over_need_nothing check ((state = 'over') = (retry_at is null)),
  constraint consultations_are_held_by_a_known_provider
    check (provider in ('presence', 'link', 'jitsi', 'daily'))
);

comment on table app_public.consultations is
'The rooms of online visits. Written in the transaction of the booking by a trigger, for online visits only; the job '
'prepare_consultations prepares, moves and drops the rooms.';
comment on column app_public.consultations.booking_sequence is
'The room is for the time that the booking had at this sequence.';
comment on column app_public.consultations.opens_at is 'From when the visit can be joined, by the clinic''s policy.';
comment on column app_public.consultations.closes_at is 'Until when the visit can be joined.';
comment on column app_public.consultations.patient_came_at is 'When the patient first joined.';
comment on column app_public.consultations.doctor_came_at is 'When the doctor first joined.';
comment on column app_public.consultations.last_error is 'Why the last attempt to prepare or drop the room failed.';
comment on column app_public.consultations.provider is
$c$@behavior -*
The provider of the room: a value of app_public.policies.consultation_provider. Null before the first attempt.$c$;
comment on column app_public.consultations.room is
$c$@behavior -*
The name of the room. It stays the same when the visit is moved.$c$;
comment on column app_public.consultations.provider_reference is
$c$@behavior -*
What the provider returned for the room: its address.$c$;
comment on column app_public.consultations.attempts is '@behavior -*';
comment on column app_public.consultations.retry_at is '@behavior -*';

create index consultations_that_need_work on app_public.consultations (retry_at) where retry_at is not null;
create index consultations_of_a_customer on app_public.consultations (customer_id);

alter table app_public.consultations enable row level security;
create policy customers_see_their_consultations on app_public.consultations
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()));
create policy staff_see_their_consultations on app_public.consultations
  for select to app_staff using (clinic_id = any ((select app_hidden.staff_clinic_ids())::bigint[]));
create policy admins_see_everything on app_public.consultations for select to app_admin using (true);
grant select (clinic_id, booking_id, customer_id, booking_sequence, state, opens_at, closes_at, patient_came_at,
    doctor_came_at) on app_public.consultations to app_customer;
grant select (last_error) on app_public.consultations to app_staff;

create trigger consultations_stay_with_their_booking before update on app_public.consultations
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'booking_id', 'customer_id', 'room');
