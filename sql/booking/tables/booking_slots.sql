create table app_public.booking_slots (
  clinic_id bigint not null,
  id bigint generated always as identity,
  doctor_id bigint not null,
  time_slot_id bigint not null,
  slot_date date not null,
  during tstzrange not null,
  starts_at timestamptz not null generated always as (lower(during)) stored,
  ends_at timestamptz not null generated always as (upper(during)) stored,
  status app_public.slot_status not null default 'open',
  customer_id bigint,
  held_until timestamptz,
  -- Null unless the slot is open or held (such a slot needs an active doctor), and unless it is booked (only then may a
  -- live booking refer to it). Foreign keys check both.
  open_doctor_id bigint generated always as (case when status in ('open', 'held') then doctor_id end) stored,
  booked_slot_id bigint generated always as (case when status = 'booked' then id end) stored,
  row_version int not null default 1,
  created_at timestamptz not null default now(),
  -- Slots that came from a template follow it; those made by hand do not. When a template is moved, its old slot is
  -- superseded, so that a slot at the new time can have the same doctor, time slot and date.
  from_template boolean not null default false,
  superseded boolean not null default false,
  current_time_slot_id bigint generated always as (case when not superseded then time_slot_id end) stored,
  service_id bigint,
  -- A visit that takes several slots is booked on the first one, its head; the others name it here.
  head_slot_id bigint,
  -- No foreign key: a cancellation inside an absence would wait for the removal of the absence, which waits for the
  -- slot. A trigger of absences takes care of it.
  withdrawn_for_absence_id bigint,
  constraint booking_slots_are_identified_by_clinic_and_id primary key (clinic_id, id),
  -- This is the most expensive index, but it enforces the main rule.
  constraint booking_slots_of_a_doctor_never_overlap
    exclude using gist (clinic_id with =, doctor_id with =, during with &&) where (status <> 'withdrawn'),
  constraint booked_slots_can_be_referred_to unique (clinic_id, booked_slot_id),
  constraint booking_slots_belong_to_a_doctor
    foreign key (clinic_id, doctor_id) references app_public.doctors (clinic_id, id),
  constraint open_slots_belong_to_an_active_doctor foreign key (clinic_id, open_doctor_id)
    references app_public.doctors (clinic_id, active_doctor_id),
  constraint booking_slots_fill_a_time_slot
    foreign key (clinic_id, time_slot_id) references app_public.time_slots (clinic_id, id),
  constraint booking_slots_have_one_customer_or_none foreign key (customer_id) references app_public.customers (id),
  -- A slot that is held without a customer is offered to the waiting list: app_public.slot_offers has to whom.
  constraint held_and_booked_slots_have_their_customer
    check (case status when 'booked' then customer_id is not null when 'held' then true else customer_id is null end),
  constraint holds_have_an_end check ((status = 'held') = (held_until is not null)),
  constraint slots_are_reserved_for_a_service_of_their_clinic
    foreign key (clinic_id, service_id) references app_public.services (clinic_id, id),
  -- Checked at the end of the statement: one update takes or frees all slots of a visit, in any order of their ids.
  constraint the_rest_of_a_run_is_booked_with_its_head
    foreign key (clinic_id, head_slot_id) references app_public.booking_slots (clinic_id, booked_slot_id),
  constraint only_booked_slots_continue_another
    check (head_slot_id is null or status = 'booked' and head_slot_id <> id),
  constraint booking_slots_are_unique_by_doctor_time_slot_and_date
    unique (clinic_id, doctor_id, current_time_slot_id, slot_date),
  constraint superseded_slots_are_withdrawn check (not superseded or status = 'withdrawn'),
  constraint only_withdrawn_slots_wait_for_the_end_of_an_absence
    check (withdrawn_for_absence_id is null or status = 'withdrawn' and not superseded),
  -- An empty range, and one without a beginning, include no lower bound.
  constraint booking_slots_have_a_beginning_and_an_end
    check (lower_inc(during) and not upper_inc(during) and not upper_inf(during))
);

comment on table app_public.booking_slots is
$c$@foreignKey (clinic_id, customer_id) references app_public.clinic_customers (clinic_id, customer_id)|@backwardBehavior -*
@foreignKey (clinic_id, withdrawn_for_absence_id) references app_public.absences (clinic_id, id)|@backwardBehavior -*
Materialised availability: one appointment of a doctor on a day. No row means not available.$c$;
comment on column app_public.booking_slots.slot_date is 'The clinic''s local date on which it starts.';
comment on column app_public.booking_slots.during is
'The instants [start, end), computed by app_hidden.local_range. Never changes: a slot that moves is replaced by a '
'new slot.';
comment on column app_public.booking_slots.customer_id is
'The customer who holds or has booked it. Null for a held slot: it is offered to the waiting list.';
comment on column app_public.booking_slots.held_until is
'When the hold ends by itself. An expired hold counts as free.';
comment on column app_public.booking_slots.from_template is
'Made by generation, so it follows its template. False: made by hand.';
comment on column app_public.booking_slots.superseded is
'Withdrawn for good: its template was removed or moved, its doctor left, or another slot replaced it. A new slot may '
'have the same doctor, time slot and date.';
comment on column app_public.booking_slots.service_id is
'The service for which the slot is reserved; it can be booked for no other one. Null: for all services.';
comment on column app_public.booking_slots.head_slot_id is
'The first slot of the visit that this slot continues. Null: it is the first slot of its visit, or is not booked.';
comment on column app_public.booking_slots.withdrawn_for_absence_id is
'The absence for which it was withdrawn and after whose removal it is open again. Null: it is not withdrawn, or for '
'another reason.';

-- Each index makes a booking about 5 % more expensive, because a changed status updates them all. Their uses:
-- a doctor's next free slots (held slots are few, and may have expired); and the runs for a visit, for which many are
-- read, so that their pages of the table are not. A booking pays nothing for the columns that are included: a slot that
-- is booked is not in the index.
create index free_slots_of_a_doctor_by_time on app_public.booking_slots
  (clinic_id, doctor_id, starts_at, id) include (ends_at, held_until, service_id)
  where status in ('open', 'held');
-- a clinic's next free slots
create index free_slots_of_a_clinic_by_time on app_public.booking_slots
  (clinic_id, starts_at, id) where status in ('open', 'held');
-- the desk's day, in every state, and the past of a clinic for archive_past_slots
create index booking_slots_of_a_day on app_public.booking_slots (clinic_id, slot_date, starts_at);
-- a customer's holds, which count against the policy; booked slots are found by the customer's bookings
create index holds_of_a_customer on app_public.booking_slots (customer_id, clinic_id) where status = 'held';
-- expired holds, for the job release_expired_holds
create index holds_by_end on app_public.booking_slots (held_until) where status = 'held';
create index booking_slots_by_id on app_public.booking_slots (id);
-- the next free slots of all clinics. By the clinics' local date, because a date begins at another moment in each zone.
create index free_slots_of_a_date on app_public.booking_slots
  (slot_date, starts_at, id) where status in ('open', 'held');
-- the other slots of a visit; a booking of one slot is not in it
create index slots_of_a_visit_after_its_head on app_public.booking_slots
  (clinic_id, head_slot_id) where head_slot_id is not null;
-- those that a removed absence gives back; a booking is never in it
create index slots_withdrawn_for_an_absence on app_public.booking_slots
  (clinic_id, withdrawn_for_absence_id) where withdrawn_for_absence_id is not null;

alter table app_public.booking_slots enable row level security;
-- Slots are written by functions only.
create policy everybody_sees_open_slots on app_public.booking_slots for select to app_anonymous using (status = 'open');
create policy customers_see_slots_they_have on app_public.booking_slots
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()));
create policy staff_see_their_slots on app_public.booking_slots
  for select to app_staff using (clinic_id = any ((select app_hidden.staff_clinic_ids())::bigint[]));
create policy admins_see_everything on app_public.booking_slots for select to app_admin using (true);
grant select on app_public.booking_slots to app_anonymous;

-- Conditions of triggers are short, and their functions check the rest: PostgreSQL parses the text of conditions in
-- each statement, which takes longer than a comparison in a function.
create trigger booking_slots_count_their_versions before update on app_public.booking_slots
  for each row execute function app_hidden.bump_row_version();
create trigger booking_slots_stay_what_they_are
  before update of clinic_id, id, doctor_id, time_slot_id, slot_date, during on app_public.booking_slots
  for each row
  execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'doctor_id', 'time_slot_id', 'slot_date',
    'during');
create trigger booking_slots_change_as_allowed before update on app_public.booking_slots
  for each row when (NEW.status is distinct from OLD.status)
  execute function app_private.check_transition('booking_slot');
create constraint trigger booked_slots_have_a_booking after insert or update on app_public.booking_slots
  deferrable initially deferred
  for each row when (NEW.booked_slot_id is not null)
  execute function app_private.require_booking_of_booked_slot();
-- The conditions of the next three keep them away from bookings of one slot that is not reserved.
create constraint trigger a_booking_fills_its_slots_without_a_gap after update on app_public.booking_slots
  deferrable initially deferred
  for each row when (NEW.head_slot_id is not null or OLD.head_slot_id is not null)
  execute function app_private.require_whole_visit();
create constraint trigger a_booking_fills_its_new_slots_without_a_gap after insert on app_public.booking_slots
  deferrable initially deferred
  for each row when (NEW.head_slot_id is not null)
  execute function app_private.require_whole_visit();
create constraint trigger visits_take_no_slot_reserved_for_another_service
  after insert or update on app_public.booking_slots
  deferrable initially deferred
  for each row when (NEW.customer_id is not null and NEW.service_id is not null)
  execute function app_private.require_reserved_service();
create trigger slot_changes_are_events after update on app_public.booking_slots
  for each row execute function app_private.record_slot_event();
-- The conditions of the next two keep them away from all slots that are not offered to the waiting list.
create trigger offers_end_with_the_hold_of_their_slots after update on app_public.booking_slots
  for each row when (OLD.status = 'held' and OLD.customer_id is null)
  execute function app_private.end_offers();
create constraint trigger slots_held_for_nobody_are_offered after insert or update on app_public.booking_slots
  deferrable initially deferred
  for each row when (NEW.held_until is not null and NEW.customer_id is null)
  execute function app_private.require_offer();
create trigger new_slots_are_events after insert on app_public.booking_slots
  referencing new table as made for each statement execute function app_private.record_new_slots();
create trigger booking_slots_have_the_local_date_of_their_beginning after insert on app_public.booking_slots
  referencing new table as made for each statement execute function app_private.require_local_date();
create trigger slots_are_opened_again_at_the_hours_of_their_time_slot
  before update of status on app_public.booking_slots
  for each row when (OLD.status = 'withdrawn')
  execute function app_private.assert_reopenable();
create trigger booking_slots_start_within_three_years after insert on app_public.booking_slots
  referencing new table as made for each statement execute function app_private.refuse_distant_slots();
-- By its name it is the last of the triggers before an update, so that it checks the status that the others have set.
create trigger slots_freed_in_an_absence_are_withdrawn before update of status on app_public.booking_slots
  for each row when (NEW.status = 'open')
  execute function app_private.keep_absent_slot_withdrawn();
create trigger new_slots_lie_outside_absences after insert on app_public.booking_slots
  referencing new table as made for each statement execute function app_private.refuse_slots_in_absences();
