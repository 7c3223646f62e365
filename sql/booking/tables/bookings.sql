create table app_public.bookings (
  clinic_id bigint not null,
  id bigint generated always as identity,
  booking_slot_id bigint not null,
  customer_id bigint not null,
  -- Copies of the slot's, made by a trigger, for constraints and counts; a slot's never change.
  doctor_id bigint not null,
  slot_date date not null,
  during tstzrange not null,
  starts_at timestamptz not null generated always as (lower(during)) stored,
  ends_at timestamptz not null generated always as (upper(during)) stored,
  status app_public.booking_status not null default 'booked',
  note text,
  sequence int not null default 0,
  booked_by_account_id bigint,
  cancelled_at timestamptz,
  cancelled_by app_public.booking_party,
  cancellation_reason text,
  -- ActiveEntityId: null once cancelled.
  active_booking_slot_id bigint generated always as (case when status <> 'cancelled' then booking_slot_id end) stored,
  active_doctor_id bigint,
  service_id bigint,
  -- Set by a trigger: `during` without the buffers of the service.
  visit_starts_at timestamptz not null,
  visit_ends_at timestamptz not null,
  row_version int not null default 1,
  created_at timestamptz not null default now(),
  link_generation int not null default 0,
  -- Set by a trigger, by the service, or as chosen.
  is_online boolean not null default false,
  -- Set by a trigger, by the service; so the triggers that claim resources leave all other bookings alone.
  takes_resources boolean not null default false,
  series_id bigint,
  constraint bookings_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint a_slot_has_one_live_booking unique (clinic_id, active_booking_slot_id),
  constraint bookings_are_of_a_slot
    foreign key (clinic_id, booking_slot_id) references app_public.booking_slots (clinic_id, id),
  constraint live_bookings_are_of_a_booked_slot foreign key (clinic_id, active_booking_slot_id)
    references app_public.booking_slots (clinic_id, booked_slot_id) deferrable initially immediate,
  constraint bookings_are_of_a_customer_of_the_clinic foreign key (clinic_id, customer_id)
    references app_public.clinic_customers (clinic_id, customer_id),
  constraint live_bookings_of_a_customer_never_overlap
    exclude using gist (clinic_id with =, customer_id with =, during with &&)
      where (status in ('booked', 'checked_in')),
  constraint cancelled_bookings_say_when_and_by_whom
    check (num_nonnulls(cancelled_at, cancelled_by) = case when status = 'cancelled' then 2 else 0 end),
  constraint bookings_ahead_are_with_an_active_doctor foreign key (clinic_id, active_doctor_id)
    references app_public.doctors (clinic_id, active_doctor_id),
  constraint bookings_are_for_a_service_of_their_clinic foreign key (clinic_id, service_id)
    references app_public.services (clinic_id, id),
  constraint visits_of_a_series_are_of_a_series_of_their_clinic foreign key (clinic_id, series_id)
    references app_public.booking_series (clinic_id, id),
  constraint visits_lie_within_their_slots
    check (starts_at <= visit_starts_at and visit_starts_at < visit_ends_at and visit_ends_at <= ends_at),
  constraint booking_notes_are_short check (app_hidden.require_prose(note, 'note', 2000)),
  constraint cancellation_reasons_are_short check (app_hidden.require_reason(cancellation_reason)),
  constraint cancellation_reasons_are_visible check (app_hidden.is_visible(cancellation_reason))
);

comment on table app_public.bookings is
$c$A customer's appointment, live or past. Written by functions only, such as book_slot and cancel_booking.
@foreignKey (clinic_id) references app_public.clinics (id)
@foreignKey (clinic_id, doctor_id) references app_public.doctors (clinic_id, id)
@foreignKey (customer_id) references app_public.customers (id)$c$;
comment on column app_public.bookings.slot_date is 'The clinic''s local date of the appointment.';
comment on column app_public.bookings.note is 'Written by the customer or the desk when booking. Both can read it.';
comment on column app_public.bookings.sequence is
'The number of moves and cancellations, used as SEQUENCE in iCalendar files.';
comment on column app_public.bookings.active_doctor_id is
'The doctor while the booking is live and has not started: such a booking needs an active doctor.';
comment on column app_public.bookings.link_generation is
$c$@behavior -*
Part of the token of links to the booking. Raising it ends the links that were sent.$c$;
comment on column app_public.bookings.is_online is
'Whether the visit takes place online: as its service says, or as was chosen when it was booked.';
comment on column app_public.bookings.takes_resources is
$c$@behavior -*
Whether it takes rooms or equipment, as its service said when it was booked or moved; an online visit takes none.$c$;
comment on column app_public.bookings.booking_slot_id is
'Its slot. A visit that takes several slots is booked on the first one, and the others have it as head_slot_id.';
comment on column app_public.bookings.during is 'The time of all its slots together.';
comment on column app_public.bookings.service_id is
'What the visit is for. Null: the clinic has no services, or the desk did not say.';
comment on column app_public.bookings.series_id is
'The series with which it was booked. It stays when the visit is moved.';
comment on column app_public.bookings.visit_starts_at is
'When the visit itself begins: starts_at, plus the buffer of the service.';
comment on column app_public.bookings.visit_ends_at is
'When the visit itself ends. Without a service it is the end of the slot.';

create index bookings_of_a_slot on app_public.bookings (clinic_id, booking_slot_id);
create index bookings_of_a_customer_by_time on app_public.bookings (customer_id, starts_at);
create index bookings_of_a_doctor_by_day on app_public.bookings (clinic_id, doctor_id, slot_date, status);
create index bookings_of_a_day on app_public.bookings (clinic_id, slot_date, status);
-- the visits of a series; a booking by itself is not in it
create index visits_of_a_series on app_public.bookings (clinic_id, series_id) where series_id is not null;
create index bookings_by_id on app_public.bookings (id);

alter table app_public.bookings enable row level security;
create policy customers_see_their_bookings on app_public.bookings
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()));
create policy staff_see_their_bookings on app_public.bookings
  for select to app_staff using (clinic_id = any ((select app_hidden.staff_clinic_ids())::bigint[]));
create policy admins_see_everything on app_public.bookings for select to app_admin using (true);
grant select (clinic_id, id, booking_slot_id, customer_id, doctor_id, slot_date, during, starts_at, ends_at, status,
    note, sequence, cancelled_at, cancelled_by, cancellation_reason, active_booking_slot_id, active_doctor_id,
    row_version, created_at, service_id, visit_starts_at, visit_ends_at, is_online, series_id)
    on app_public.bookings to app_customer;
grant select (booked_by_account_id) on app_public.bookings to app_staff;

create trigger bookings_change_as_allowed before update on app_public.bookings
  for each row when (NEW.status is distinct from OLD.status)
  execute function app_private.check_transition('booking');
create trigger bookings_are_at_their_slots_time
  before insert or update of booking_slot_id, doctor_id, slot_date, during, status, active_doctor_id, service_id,
    visit_starts_at, visit_ends_at, is_online, takes_resources
    on app_public.bookings
  for each row execute function app_private.fill_booking_from_slot();
create trigger bookings_count_their_versions before update on app_public.bookings
  for each row execute function app_hidden.bump_row_version();
create trigger bookings_stay_their_customers before update on app_public.bookings
  for each row when ((NEW.clinic_id, NEW.id, NEW.customer_id, NEW.series_id)
    is distinct from (OLD.clinic_id, OLD.id, OLD.customer_id, OLD.series_id))
  execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'customer_id', 'series_id');
create constraint trigger ended_bookings_free_their_slot
  after update of status, booking_slot_id or delete on app_public.bookings
  deferrable initially deferred
  for each row when (OLD.status <> 'cancelled')
  execute function app_private.require_booking_of_booked_slot();
-- Only of visits: a booking of one slot cannot leave others behind. Its slots have this trigger, too.
create constraint trigger a_booking_fills_its_slots_without_a_gap after update or delete on app_public.bookings
  deferrable initially deferred
  for each row when (OLD.service_id is not null)
  execute function app_private.require_whole_visit();
create trigger new_bookings_are_events after insert on app_public.bookings
  for each row execute function app_private.record_booking_event();
create trigger booking_changes_are_events after update on app_public.bookings
  for each row when ((NEW.status, NEW.booking_slot_id, NEW.service_id)
    is distinct from (OLD.status, OLD.booking_slot_id, OLD.service_id))
  execute function app_private.record_booking_event();
create trigger moved_and_ended_bookings_need_no_rebooking after update on app_public.bookings
  for each row when ((NEW.status, NEW.booking_slot_id) is distinct from (OLD.status, OLD.booking_slot_id))
  execute function app_private.resolve_rebooking();
create trigger new_bookings_stand_for_withdrawn_ones after insert on app_public.bookings
  for each row execute function app_private.resolve_withdrawn();
-- After bookings_are_at_their_slots_time, by name: that fills in the time.
create trigger visits_of_one_person_never_overlap before insert or update of booking_slot_id, during, status
  on app_public.bookings
  for each row execute function app_private.keep_visits_of_a_person_apart();
create trigger cancelled_bookings_have_a_higher_sequence before update of status on app_public.bookings
  for each row when (NEW.status = 'cancelled' and OLD.status <> 'cancelled')
  execute function app_private.increment_sequence();
create trigger online_bookings_get_a_consultation after insert on app_public.bookings
  for each row when (NEW.is_online) execute function app_private.keep_consultation();
create trigger consultations_follow_their_booking after update on app_public.bookings
  for each row when ((OLD.is_online or NEW.is_online)
    and (OLD.status, OLD.sequence, OLD.is_online) is distinct from (NEW.status, NEW.sequence, NEW.is_online))
  execute function app_private.keep_consultation();
create trigger bookings_claim_their_resources after insert on app_public.bookings
  for each row when (NEW.takes_resources) execute function app_private.claim_resources();
create trigger resources_follow_their_booking after update on app_public.bookings
  for each row when ((OLD.takes_resources or NEW.takes_resources)
    and (OLD.status, OLD.booking_slot_id, OLD.service_id, OLD.takes_resources)
      is distinct from (NEW.status, NEW.booking_slot_id, NEW.service_id, NEW.takes_resources))
  execute function app_private.claim_resources();
