create table app_public.waiting_list (
  clinic_id bigint not null,
  id bigint generated always as identity,
  customer_id bigint not null,
  service_id bigint,
  doctor_id bigint,
  specialization_id bigint,
  weekdays int[],
  not_before time,
  not_after time,
  from_date date not null,
  until_date date not null,
  min_notice interval not null default '0',
  booking_id bigint,
  priority smallint not null default 0,
  state app_public.waiting_state not null default 'waiting',
  row_version int not null default 1,
  -- clock_timestamp() and not now(): freed_slots_not_offered compares it with the time at which a slot was freed.
  joined_at timestamptz not null default clock_timestamp(),
  changed_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  constraint waiting_entries_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint waiting_entries_are_of_a_customer_of_the_clinic foreign key (clinic_id, customer_id)
    references app_public.clinic_customers (clinic_id, customer_id),
  constraint waiting_entries_are_for_a_service_of_their_clinic foreign key (clinic_id, service_id)
    references app_public.services (clinic_id, id),
  constraint waiting_entries_are_for_a_doctor_of_their_clinic foreign key (clinic_id, doctor_id)
    references app_public.doctors (clinic_id, id),
  constraint waiting_entries_are_for_a_known_specialization foreign key (specialization_id)
    references app_public.specializations (id),
  constraint waiting_entries_move_a_booking_of_their_clinic foreign key (clinic_id, booking_id)
    references app_public.bookings (clinic_id, id) on delete set null (booking_id),
  constraint waiting_weekdays_are_iso
    check (weekdays <@ '{1,2,3,4,5,6,7}' and cardinality(weekdays) > 0 and array_position(weekdays, null) is null),
  constraint waiting_times_are_in_order check (not_before <= not_after),
  constraint waiting_dates_are_in_order check (from_date <= until_date),
  constraint waiting_notices_are_hours check (min_notice between '0' and '30 days'),
  constraint waiting_priorities_are_small check (priority between -100 and 100),
  constraint ended_waiting_entries_say_when check ((state = 'waiting') = (ended_at is null))
);

comment on table app_public.waiting_list is
$c$Who waits for a time in a clinic: for a service, a doctor, a specialization, or any of them. When a time is freed
that matches, the first three in the order of priority, joined_at and id are offered it. Written by functions only.
@foreignKey (clinic_id) references app_public.clinics (id)
@foreignKey (customer_id) references app_public.customers (id)$c$;
comment on column app_public.waiting_list.service_id is
'What the visit is for. Null: for one slot that is not reserved for a service.';
comment on column app_public.waiting_list.doctor_id is 'Null: any doctor of the clinic.';
comment on column app_public.waiting_list.weekdays is 'ISO weekdays (1 is Monday) that suit. Null: all.';
comment on column app_public.waiting_list.not_before is
'The earliest local time of the clinic at which the visit may begin. Null: any.';
comment on column app_public.waiting_list.not_after is
'The latest local time of the clinic at which the visit may begin. Null: any.';
comment on column app_public.waiting_list.from_date is 'The first local date that suits.';
comment on column app_public.waiting_list.until_date is 'The last local date that suits. After it the entry is over.';
comment on column app_public.waiting_list.min_notice is
'How long before its start the customer needs to know of a time. The clinic''s waiting_notice applies as well.';
comment on column app_public.waiting_list.booking_id is
'The visit that moves to the offered time; only earlier times are offered. Null: the offered time becomes a new visit.';
comment on column app_public.waiting_list.priority is 'Set by the desk: a higher one comes first. 0 for most.';
comment on column app_public.waiting_list.changed_at is 'When the conditions were last changed, or when it was joined.';

-- Null counts as a value. Not a constraint: entries that have ended would count.
create unique index a_customer_waits_once_for_the_same on app_public.waiting_list
  (clinic_id, customer_id, service_id, doctor_id, specialization_id) nulls not distinct where state = 'waiting';
-- Not partial, because PostGraphile offers clients only columns of complete indexes.
create index waiting_entries_in_turn on app_public.waiting_list (clinic_id, state, priority desc, joined_at, id);
create index waiting_entries_of_a_customer on app_public.waiting_list (customer_id, clinic_id);
create index waiting_entries_of_a_booking on app_public.waiting_list
  (clinic_id, booking_id) where booking_id is not null;
create index waiting_entries_by_last_date on app_public.waiting_list (until_date);

alter table app_public.waiting_list enable row level security;
create policy customers_see_their_waiting_entries on app_public.waiting_list
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()));
create policy staff_see_their_waiting_list on app_public.waiting_list
  for select to app_staff using (clinic_id = any ((select app_hidden.staff_clinic_ids())::bigint[]));
create policy admins_see_everything on app_public.waiting_list for select to app_admin using (true);
grant select (clinic_id, id, customer_id, service_id, doctor_id, specialization_id, weekdays, not_before, not_after,
    from_date, until_date, min_notice, booking_id, state, row_version, joined_at, changed_at, ended_at)
    on app_public.waiting_list to app_customer;
grant select (priority) on app_public.waiting_list to app_staff;

create trigger waiting_entries_count_their_versions before update on app_public.waiting_list
  for each row execute function app_hidden.bump_row_version();
create trigger waiting_entries_stay_their_customers before update on app_public.waiting_list
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'customer_id');
