-- The past. Not partitions: a booking's keys would have to carry its date everywhere. Rows are moved by
-- archive_past_slots.
create table app_public.archived_booking_slots (
  clinic_id bigint not null,
  id bigint not null,
  doctor_id bigint not null,
  time_slot_id bigint not null,
  slot_date date not null,
  during tstzrange not null,
  status app_public.slot_status not null,
  customer_id bigint,
  service_id bigint,
  head_slot_id bigint,
  created_at timestamptz not null,
  archived_at timestamptz not null default now(),
  constraint archived_slots_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint archived_slots_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id)
);

comment on table app_public.archived_booking_slots is
$c$Booking slots that are long past, moved here so that the live table stays small.
@foreignKey (clinic_id, doctor_id) references app_public.doctors (clinic_id, id)
@foreignKey (clinic_id, time_slot_id) references app_public.time_slots (clinic_id, id)$c$;

create index archived_slots_of_a_doctor_by_day on app_public.archived_booking_slots (clinic_id, doctor_id, slot_date);
create index archived_slots_of_a_day on app_public.archived_booking_slots (clinic_id, slot_date);
create index archived_slots_of_a_customer on app_public.archived_booking_slots
  (customer_id, slot_date) where customer_id is not null;

alter table app_public.archived_booking_slots enable row level security;
create policy customers_see_their_archived_slots on app_public.archived_booking_slots
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()));
create policy staff_see_their_archived_slots on app_public.archived_booking_slots
  for select to app_staff using (clinic_id = any ((select app_hidden.staff_clinic_ids())::bigint[]));
create policy admins_see_everything on app_public.archived_booking_slots for select to app_admin using (true);
grant select on app_public.archived_booking_slots to app_customer;

create trigger archived_slots_stay_what_they_are before update on app_public.archived_booking_slots
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id');
