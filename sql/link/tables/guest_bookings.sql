create table app_private.guest_bookings (
  clinic_id bigint not null,
  id bigint generated always as identity,
  booking_slot_id bigint not null,
  service_id bigint,
  online boolean,
  customer_id bigint not null,
  address app_public.email_address not null,
  held_until timestamptz not null,
  booking_id bigint,
  created_at timestamptz not null default now(),
  answers jsonb,
  constraint guest_bookings_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint guest_bookings_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id),
  constraint a_guest_has_one_booking unique (clinic_id, customer_id),
  constraint guest_bookings_are_of_a_customer foreign key (customer_id) references app_public.customers (id)
    on delete cascade
);

comment on table app_private.guest_bookings is
'Requests of guests to book, kept for a day: each has a customer of its own, for whom the slot is held, and a mail '
'with a link that books the slot. The slot and the booking may be archived or removed before this row.';
comment on column app_private.guest_bookings.held_until is 'When the hold ends that waits for the confirmation.';
comment on column app_private.guest_bookings.answers is
'The answers to the questions of the service, as book_slot takes them; null once the booking has them.';
comment on column app_private.guest_bookings.booking_id is 'The booking, once the guest has confirmed.';

create index guest_bookings_of_an_address on app_private.guest_bookings (address, created_at);
create index guest_bookings_of_a_customer on app_private.guest_bookings (customer_id);
create index guest_bookings_by_age on app_private.guest_bookings (created_at);

alter table app_private.guest_bookings enable row level security;
