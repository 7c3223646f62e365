create table app_public.archived_bookings (
  clinic_id bigint not null,
  id bigint not null,
  booking_slot_id bigint not null,
  customer_id bigint not null,
  doctor_id bigint not null,
  slot_date date not null,
  during tstzrange not null,
  status app_public.booking_status not null,
  note text,
  sequence int not null,
  booked_by_account_id bigint,
  cancelled_at timestamptz,
  cancelled_by app_public.booking_party,
  cancellation_reason text,
  answers jsonb,
  created_at timestamptz not null,
  service_id bigint,
  visit_starts_at timestamptz not null,
  visit_ends_at timestamptz not null,
  is_online boolean not null default false,
  room text,
  series_id bigint,
  archived_at timestamptz not null default now(),
  constraint archived_bookings_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint archived_bookings_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id)
);

comment on table app_public.archived_bookings is
$c$Bookings of archived slots, in the state in which they ended. Their events stay in events.
@foreignKey (clinic_id, booking_slot_id) references app_public.archived_booking_slots (clinic_id, id)
@foreignKey (clinic_id, doctor_id) references app_public.doctors (clinic_id, id)
@foreignKey (customer_id) references app_public.customers (id)$c$;
comment on column app_public.archived_bookings.answers is
'The answers to the questions of the service, in their order: [{"question": "…", "answer": "…"}].';
comment on column app_public.archived_bookings.room is 'The name of its room, as it was when it was archived.';

create index archived_bookings_of_a_slot on app_public.archived_bookings (clinic_id, booking_slot_id);
create index archived_bookings_of_a_customer_by_day on app_public.archived_bookings (customer_id, slot_date);
create index archived_bookings_of_a_doctor_by_day on app_public.archived_bookings
  (clinic_id, doctor_id, slot_date, status);
create index archived_bookings_of_a_day on app_public.archived_bookings (clinic_id, slot_date, status);

alter table app_public.archived_bookings enable row level security;
create policy customers_see_their_archived_bookings on app_public.archived_bookings
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()));
create policy staff_see_their_archived_bookings on app_public.archived_bookings
  for select to app_staff using (clinic_id = any ((select app_hidden.staff_clinic_ids())::bigint[]));
create policy admins_see_everything on app_public.archived_bookings for select to app_admin using (true);
grant select (clinic_id, id, booking_slot_id, customer_id, doctor_id, slot_date, during, status, note, sequence,
    cancelled_at, cancelled_by, cancellation_reason, answers, created_at, archived_at,
    service_id, visit_starts_at, visit_ends_at, is_online, room, series_id)
    on app_public.archived_bookings to app_customer;
grant select (booked_by_account_id) on app_public.archived_bookings to app_staff;

create trigger archived_bookings_stay_what_they_are before update on app_public.archived_bookings
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id');
