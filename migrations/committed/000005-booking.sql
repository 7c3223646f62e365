--! Previous: sha1:5cd88817edf368f51f4737231ab15c1288b17b0f
--! Hash: sha1:04296151ad571a5cf76c44afdbd48af08bc2a0a5
--! Message: booking

create table app_public.state_transitions (
  entity text not null,
  from_state text not null,
  to_state text not null,
  meaning text not null,
  constraint state_transitions_are_unique primary key (entity, from_state, to_state),
  constraint state_transitions_are_of_slots_and_bookings check (entity in ('booking_slot', 'booking'))
);
comment on table app_public.state_transitions is 'Every change of state that slots and bookings may make; a trigger refuses any other. Drawn in docs/state-machine.md.';
alter table app_public.state_transitions enable row level security;
create policy everybody_sees_state_transitions on app_public.state_transitions for select to app_anonymous using (true);
grant select on app_public.state_transitions to app_anonymous;

create type app_public.booking_status as enum ('booked', 'checked_in', 'completed', 'cancelled', 'no_show');
create type app_public.booking_party as enum ('customer', 'clinic');
comment on type app_public.booking_status is 'How far a booking has come: booked, checked_in (the patient is there), then completed; or cancelled, or no_show.';
comment on type app_public.booking_party is 'The two sides of a booking.';
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
  active_doctor_id bigint generated always as (case when status in ('booked', 'checked_in') then doctor_id end) stored,
  row_version int not null default 1,
  created_at timestamptz not null default now(),
  constraint bookings_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint a_slot_has_one_live_booking unique (clinic_id, active_booking_slot_id),
  constraint bookings_are_of_a_slot foreign key (clinic_id, booking_slot_id) references app_public.booking_slots (clinic_id, id),
  constraint live_bookings_are_of_a_booked_slot foreign key (clinic_id, active_booking_slot_id)
    references app_public.booking_slots (clinic_id, booked_slot_id),
  constraint live_bookings_are_with_an_active_doctor foreign key (clinic_id, active_doctor_id)
    references app_public.doctors (clinic_id, active_doctor_id),
  constraint bookings_are_of_a_customer_of_the_clinic foreign key (clinic_id, customer_id)
    references app_public.clinic_customers (clinic_id, customer_id),
  constraint live_bookings_of_a_customer_never_overlap
    exclude using gist (clinic_id with =, customer_id with =, during with &&) where (status in ('booked', 'checked_in')),
  constraint cancelled_bookings_say_when_and_by_whom check (
    (status = 'cancelled') = (cancelled_at is not null) and (status = 'cancelled') = (cancelled_by is not null)),
  constraint booking_notes_are_short check (char_length(note) <= 2000),
  constraint cancellation_reasons_are_short check (char_length(cancellation_reason) <= 500)
);
create index bookings_of_a_slot on app_public.bookings (clinic_id, booking_slot_id);
create index bookings_of_a_customer_by_time on app_public.bookings (customer_id, starts_at);
create index bookings_of_a_doctor_by_day on app_public.bookings (clinic_id, doctor_id, slot_date, status);
create index bookings_of_a_day on app_public.bookings (clinic_id, slot_date, status);
comment on table app_public.bookings is
$c$A customer's appointment, live or past. Written by functions only: book_slot, cancel_booking, reschedule_booking, check_in, complete_booking, mark_no_show.
@foreignKey (clinic_id) references app_public.clinics (id)
@foreignKey (clinic_id, doctor_id) references app_public.doctors (clinic_id, id)
@foreignKey (customer_id) references app_public.customers (id)$c$;
comment on column app_public.bookings.slot_date is 'The clinic''s local date of the appointment.';
comment on column app_public.bookings.sequence is 'Counts reschedules, as an iCalendar SEQUENCE does.';
comment on column app_public.bookings.note is 'What the customer or the desk wrote when booking. Both see it.';
alter table app_public.bookings enable row level security;

create table app_public.events (
  clinic_id bigint not null,
  id bigint generated always as identity,
  occurred_at timestamptz not null default now(),
  entity text not null,
  booking_slot_id bigint not null,
  booking_id bigint,
  customer_id bigint,
  from_state text,
  to_state text not null,
  reason text,
  actor text not null,
  actor_account_id bigint,
  transaction_id xid8 not null default pg_current_xact_id(),
  constraint events_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint events_are_of_slots_and_bookings check ((entity = 'booking') = (booking_id is not null) and entity in ('booking_slot', 'booking')),
  constraint actors_are_known check (actor in ('customer', 'staff', 'admin', 'system'))
);
-- read in the order of transactions by app_private.publish_events
create index events_by_transaction on app_public.events (transaction_id, id);
create index events_of_a_slot on app_public.events (clinic_id, booking_slot_id, id);
create index events_of_a_booking on app_public.events (clinic_id, booking_id, id) where booking_id is not null;
create index events_of_a_customer on app_public.events (customer_id, id) where customer_id is not null;
comment on table app_public.events is
$c$What happened to slots and bookings: who, when, from, to, why. Only ever added to; folded in the order of id they give the present state.
@foreignKey (clinic_id) references app_public.clinics (id)
@foreignKey (clinic_id, booking_slot_id) references app_public.booking_slots (clinic_id, id)
@foreignKey (clinic_id, booking_id) references app_public.bookings (clinic_id, id)$c$;
comment on column app_public.events.from_state is 'Null when it came into being.';
comment on column app_public.events.to_state is 'The status after. A rescheduled booking goes from booked to booked, with another booking_slot_id; an expired hold that passes to another customer from held to held.';
comment on column app_public.events.actor is 'In what quality the caller acted: customer, staff, admin, or system (jobs and DBAs).';
comment on column app_public.events.transaction_id is 'In which transaction, for readers that must not miss a late commit.';
alter table app_public.events enable row level security;

create table app_private.idempotency_keys (
  clinic_id bigint not null,
  account_id bigint not null,
  key text not null,
  operation text not null,
  arguments jsonb not null,
  outcome jsonb,
  created_at timestamptz not null default now(),
  constraint an_idempotency_key_is_used_once primary key (clinic_id, account_id, key)
);
create index on app_private.idempotency_keys (created_at);
comment on table app_private.idempotency_keys is 'What callers did under a key of theirs, and its outcome, so that a repeated request gives the same answer. Account 0 is the operator in psql.';
alter table app_private.idempotency_keys enable row level security;

create type app_public.available_slot as (
  cursor text, clinic_id bigint, clinic_name text, time_zone text, doctor_id bigint, doctor_name text, booking_slot_id bigint,
  slot_date date, starts_at timestamptz, ends_at timestamptz, local_start time, local_end time
);
comment on type app_public.available_slot is 'A slot that can be booked now.';
comment on column app_public.available_slot.cursor is 'Give it as `after` for the page behind this row.';
comment on column app_public.available_slot.local_start is 'The clinic''s clock at the start.';

create type app_public.notification_kind as enum ('booking_confirmed', 'booking_reminder', 'booking_rescheduled', 'booking_cancelled', 'slot_withdrawn');
create type app_public.notification_state as enum ('pending', 'sent', 'dropped', 'dead');
comment on type app_public.notification_kind is 'What a customer is told.';
comment on type app_public.notification_state is 'To be sent (pending), sent, not to be sent any more (dropped), or given up after repeated failures (dead).';
create table app_public.notifications (
  clinic_id bigint not null,
  id bigint generated always as identity,
  booking_id bigint not null,
  customer_id bigint not null,
  kind app_public.notification_kind not null,
  channel text not null default 'email',
  lead_time interval not null default '0',
  booking_sequence int not null,
  due_at timestamptz not null,
  state app_public.notification_state not null default 'pending',
  attempts int not null default 0,
  retry_at timestamptz,
  last_error text,
  sent_at timestamptz,
  created_at timestamptz not null default now(),
  constraint notifications_are_identified_by_clinic_and_id primary key (clinic_id, id),
  -- So "every booking has exactly its reminders" is a constraint and not a hope.
  constraint a_booking_is_told_each_thing_once unique (clinic_id, booking_id, kind, channel, lead_time, booking_sequence),
  constraint notifications_are_about_a_booking foreign key (clinic_id, booking_id) references app_public.bookings (clinic_id, id),
  constraint notification_channels_are_known check (channel in ('email')),
  constraint reminders_and_only_they_have_a_lead_time check ((kind = 'booking_reminder') = (lead_time > '0')),
  constraint sent_notifications_say_when check ((state = 'sent') = (sent_at is not null))
);
-- the work list of claim_notifications: by when it is due, or due again
create index notifications_to_send on app_public.notifications ((greatest(due_at, retry_at))) where state = 'pending';
comment on table app_public.notifications is
$c$What is to be told to customers, recorded in the transaction that gives cause to it, and what became of it.
@foreignKey (clinic_id) references app_public.clinics (id)$c$;
comment on column app_public.notifications.lead_time is 'Of a reminder: how long before the start it is due.';
comment on column app_public.notifications.booking_sequence is 'The booking''s sequence it speaks of: after a reschedule there is a new reminder.';
comment on column app_public.notifications.retry_at is 'Not before this, when an attempt was made.';
alter table app_public.notifications enable row level security;

create table app_private.messages (
  clinic_id bigint not null,
  id bigint generated always as identity,
  notification_id bigint not null,
  recipient text not null,
  subject text not null,
  body text not null,
  delivered_at timestamptz not null default now(),
  constraint messages_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint a_notification_is_delivered_once unique (clinic_id, notification_id)
);
comment on table app_private.messages is 'Where the development transport delivers.';
alter table app_private.messages enable row level security;

create table app_private.event_publication (
  only_row boolean not null default true,
  transaction_id xid8 not null default '0',
  event_id bigint not null default 0,
  constraint there_is_one_publication primary key (only_row),
  constraint there_is_only_one_publication check (only_row)
);
comment on table app_private.event_publication is 'How far publish_events has come.';
insert into app_private.event_publication default values;
alter table app_private.event_publication enable row level security;

--! Included booking/state_transitions.sql
-- The states of a slot (open, held, booked, withdrawn) and of a booking (booked, checked_in, completed, cancelled, no_show).
-- What is not here is refused, for functions and DBAs alike. docs/state-machine.md draws it.
insert into app_public.state_transitions (entity, from_state, to_state, meaning) values
  ('booking_slot', 'open', 'held', 'hold_slot'),
  ('booking_slot', 'open', 'booked', 'book_slot, or a booking rescheduled to it'),
  ('booking_slot', 'open', 'withdrawn', 'withdraw_slot'),
  ('booking_slot', 'held', 'open', 'release_hold, or the hold expired'),
  ('booking_slot', 'held', 'booked', 'book_slot by its holder, or by anybody once it expired'),
  ('booking_slot', 'held', 'withdrawn', 'withdraw_slot'),
  ('booking_slot', 'booked', 'open', 'its booking was cancelled or moved away'),
  ('booking_slot', 'withdrawn', 'open', 'create_booking_slot opened it again'),
  ('booking', 'booked', 'checked_in', 'check_in'),
  ('booking', 'booked', 'cancelled', 'cancel_booking, or the slot or doctor went'),
  ('booking', 'booked', 'no_show', 'mark_no_show'),
  ('booking', 'checked_in', 'completed', 'complete_booking'),
  ('booking', 'checked_in', 'cancelled', 'the patient left, or the slot or doctor went')
on conflict (entity, from_state, to_state) do update set meaning = excluded.meaning;
--! EndIncluded booking/state_transitions.sql
--! Included booking/check_transition.sql
create or replace function app_private.check_transition() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (
       select from app_public.state_transitions st
       where st.entity = TG_ARGV[0] and st.from_state = OLD.status::text and st.to_state = NEW.status::text) then
    perform app_hidden.refuse('illegal_transition', format('A %s that is %s cannot become %s.', replace(TG_ARGV[0], '_', ' '), OLD.status, NEW.status),
      jsonb_build_object('status', OLD.status, 'requested', NEW.status));
  end if;
  return NEW;
end
$$;

comment on function app_private.check_transition() is
'Trigger: refuses (illegal_transition) every change of status that is no row of app_public.state_transitions. The argument is the entity.';

revoke all on function app_private.check_transition() from public;
--! EndIncluded booking/check_transition.sql
--! Included booking/refuse_change_of_history.sql
create or replace function app_private.refuse_change_of_history() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform app_hidden.refuse('immutable_column', 'Events are only ever added.', jsonb_build_object('table', TG_TABLE_NAME));
  return null;
end
$$;

comment on function app_private.refuse_change_of_history() is 'Trigger: refuses (immutable_column) to change or delete events.';

revoke all on function app_private.refuse_change_of_history() from public;
--! EndIncluded booking/refuse_change_of_history.sql
--! Included booking/fill_booking_from_slot.sql
create or replace function app_private.fill_booking_from_slot() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Copies, so that constraints on bookings can speak of time and doctor. They cannot go stale: a slot's doctor and time never change.
  select bs.doctor_id, bs.slot_date, bs.during into NEW.doctor_id, NEW.slot_date, NEW.during
  from app_public.booking_slots bs where bs.clinic_id = NEW.clinic_id and bs.id = NEW.booking_slot_id;
  if not found then
    perform app_hidden.refuse('slot_not_found', 'No such slot in this clinic.', jsonb_build_object('bookingSlotId', NEW.booking_slot_id::text));
  end if;
  return NEW;
end
$$;

comment on function app_private.fill_booking_from_slot() is
'Trigger: takes a booking''s doctor, date and time from its slot, whatever the statement said. Refuses slot_not_found.';

revoke all on function app_private.fill_booking_from_slot() from public;
--! EndIncluded booking/fill_booking_from_slot.sql
--! Included booking/require_booking_of_booked_slot.sql
create or replace function app_private.require_booking_of_booked_slot() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  the_clinic bigint;
  the_slot bigint;
begin
  if TG_TABLE_NAME = 'bookings' then
    the_clinic := OLD.clinic_id;
    the_slot := OLD.booking_slot_id;
  else
    the_clinic := NEW.clinic_id;
    the_slot := NEW.id;
  end if;
  -- Deferred to the commit, because the slot is taken before its booking is written. Judged by what is true then: in the same
  -- transaction the slot may have been freed again and booked for somebody else.
  if exists (
       select from app_public.booking_slots bs
       where bs.clinic_id = the_clinic and bs.id = the_slot and bs.status = 'booked'
         and not exists (
           select from app_public.bookings b
           where b.clinic_id = bs.clinic_id and b.active_booking_slot_id = bs.id and b.customer_id = bs.customer_id)) then
    raise exception 'booking slot % is booked without a booking of its customer', the_slot using errcode = 'check_violation', constraint = TG_NAME;
  end if;
  return null;
end
$$;

comment on function app_private.require_booking_of_booked_slot() is
'Constraint trigger on booking_slots and bookings: at commit a booked slot has a live or finished booking of its customer, so who ends or moves a booking frees its slot. (The other direction, no booking without a booked slot, is a foreign key.)';

revoke all on function app_private.require_booking_of_booked_slot() from public;
--! EndIncluded booking/require_booking_of_booked_slot.sql
--! Included booking/record_slot_event.sql
create or replace function app_private.record_slot_event() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into app_public.events (clinic_id, entity, booking_slot_id, customer_id, from_state, to_state, reason, actor, actor_account_id)
  values (NEW.clinic_id, 'booking_slot', NEW.id, coalesce(NEW.customer_id, OLD.customer_id), OLD.status::text, NEW.status::text,
    nullif(current_setting('medislot.reason', true), ''), app_private.caller_kind(NEW.clinic_id), app_hidden.current_account_id());
  return null;
end
$$;

comment on function app_private.record_slot_event() is 'Trigger: every change of a slot''s status, or of who holds it, becomes an event.';

revoke all on function app_private.record_slot_event() from public;
--! EndIncluded booking/record_slot_event.sql
--! Included booking/record_new_slots.sql
create or replace function app_private.record_new_slots() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- One statement for a whole generation, not one per slot.
  insert into app_public.events (clinic_id, entity, booking_slot_id, to_state, actor, actor_account_id)
  select made.clinic_id, 'booking_slot', made.id, made.status::text, app_private.caller_kind(made.clinic_id), app_hidden.current_account_id()
  from made;
  return null;
end
$$;

comment on function app_private.record_new_slots() is 'Trigger: new slots become events, so that a slot''s events tell its life from the beginning.';

revoke all on function app_private.record_new_slots() from public;
--! EndIncluded booking/record_new_slots.sql
--! Included booking/record_booking_event.sql
create or replace function app_private.record_booking_event() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into app_public.events (clinic_id, entity, booking_id, booking_slot_id, customer_id, from_state, to_state, reason, actor, actor_account_id)
  values (NEW.clinic_id, 'booking', NEW.id, NEW.booking_slot_id, NEW.customer_id, OLD.status::text, NEW.status::text,
    nullif(current_setting('medislot.reason', true), ''), app_private.caller_kind(NEW.clinic_id), app_hidden.current_account_id());
  return null;
end
$$;

comment on function app_private.record_booking_event() is
'Trigger: a new booking and every change of its status or slot become an event. (In an insert OLD is null, and so is from_state.)';

revoke all on function app_private.record_booking_event() from public;
--! EndIncluded booking/record_booking_event.sql
--! Included booking/replay.sql
create or replace function app_private.replay(clinic_id bigint, key text, operation text, arguments jsonb) returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  caller bigint := coalesce(app_hidden.current_account_id(), 0);
  known app_private.idempotency_keys;
begin
  if key is null then
    return null;
  end if;
  if char_length(key) not between 1 and 200 then
    perform app_hidden.refuse('invalid_argument', 'An idempotency key has 1 to 200 characters.', '{"argument": "idempotencyKey"}');
  end if;
  -- A second caller with the same key waits here until the first has committed, then finds the outcome; if the first failed, it goes on itself.
  insert into app_private.idempotency_keys as ik (clinic_id, account_id, key, operation, arguments)
  values (replay.clinic_id, caller, replay.key, replay.operation, replay.arguments)
  on conflict on constraint an_idempotency_key_is_used_once do nothing;
  if found then
    return null;
  end if;
  select ik.* into known from app_private.idempotency_keys ik
  where ik.clinic_id = replay.clinic_id and ik.account_id = caller and ik.key = replay.key;
  if (known.operation, known.arguments) is distinct from (replay.operation, replay.arguments) then
    perform app_hidden.refuse('idempotency_key_reused', 'This idempotency key was used for something else.', jsonb_build_object('operation', known.operation));
  end if;
  return known.outcome;
end
$$;

comment on function app_private.replay(bigint, text, text, jsonb) is
'Opens an operation under a caller''s idempotency key: null when it has to be done (or there is no key), else the stored outcome. What was refused left nothing behind and is judged anew. Refuses idempotency_key_reused, invalid_argument.';

revoke all on function app_private.replay(bigint, text, text, jsonb) from public;
--! EndIncluded booking/replay.sql
--! Included booking/remember.sql
create or replace function app_private.remember(clinic_id bigint, key text, outcome jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  if key is not null then
    update app_private.idempotency_keys ik set outcome = remember.outcome
    where ik.clinic_id = remember.clinic_id and ik.account_id = coalesce(app_hidden.current_account_id(), 0) and ik.key = remember.key;
  end if;
end
$$;

comment on function app_private.remember(bigint, text, jsonb) is 'Stores the outcome of an operation opened by app_private.replay, in its transaction.';

revoke all on function app_private.remember(bigint, text, jsonb) from public;
--! EndIncluded booking/remember.sql
--! Included booking/lock_slot.sql
create or replace function app_private.lock_slot(clinic_id bigint, booking_slot_id bigint) returns app_public.booking_slots
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  slot app_public.booking_slots;
begin
  select bs.* into slot from app_public.booking_slots bs
  where bs.clinic_id = lock_slot.clinic_id and bs.id = lock_slot.booking_slot_id
  for update;
  if slot.id is null then
    perform app_hidden.refuse('slot_not_found', 'No such slot in this clinic.', jsonb_build_object('bookingSlotId', lock_slot.booking_slot_id::text));
  end if;
  return slot;
end
$$;

comment on function app_private.lock_slot(bigint, bigint) is
'The slot, locked until the transaction ends. Locks are taken in one order by everything that changes a booking: the customer, slots (in the order of their ids), then the booking, then the clinic''s record of the customer. Refuses slot_not_found.';

revoke all on function app_private.lock_slot(bigint, bigint) from public;
--! EndIncluded booking/lock_slot.sql
--! Included booking/lock_booking.sql
create or replace function app_private.lock_booking(clinic_id bigint, booking_id bigint, other_slot_id bigint default null)
returns app_public.bookings
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  seen app_public.bookings;
  booking app_public.bookings;
begin
  select b.* into seen from app_public.bookings b where b.clinic_id = lock_booking.clinic_id and b.id = lock_booking.booking_id;
  if seen.id is null then
    perform app_hidden.refuse('booking_not_found', 'No such booking in this clinic.', jsonb_build_object('bookingId', lock_booking.booking_id::text));
  end if;
  perform from app_public.booking_slots bs
  where bs.clinic_id = lock_booking.clinic_id and bs.id in (seen.booking_slot_id, lock_booking.other_slot_id)
  order by bs.id for update;
  select b.* into booking from app_public.bookings b
  where b.clinic_id = lock_booking.clinic_id and b.id = lock_booking.booking_id for no key update;
  if booking.booking_slot_id <> seen.booking_slot_id then
    -- It was moved to another slot between the look and the lock. Going on would lock slots out of order.
    raise exception 'booking % was rescheduled meanwhile', booking.id using errcode = 'serialization_failure';
  end if;
  return booking;
end
$$;

comment on function app_private.lock_booking(bigint, bigint, bigint) is
'The booking, locked together with its slot and, if named, another slot, in the order everybody locks in. Refuses booking_not_found; 40001 when the booking moves in that moment: repeat.';

revoke all on function app_private.lock_booking(bigint, bigint, bigint) from public;
--! EndIncluded booking/lock_booking.sql
--! Included booking/resolve_customer.sql
create or replace function app_private.resolve_customer(clinic_id bigint, customer_id bigint) returns app_public.customers
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  target bigint := coalesce(resolve_customer.customer_id, app_hidden.current_customer_id());
  customer app_public.customers;
begin
  if target is null then
    if app_hidden.current_account_id() is null and not app_private.caller_is_operator() then
      perform app_hidden.refuse('unauthenticated', 'Sign in first.');
    end if;
    perform app_hidden.refuse('invalid_argument', 'Say for which customer.', '{"argument": "customerId"}');
  end if;
  if target is distinct from app_hidden.current_customer_id() then
    perform app_private.require_clinic_role(resolve_customer.clinic_id, 'desk');
  end if;
  -- Shared, so that a customer who is being removed gets no booking in that instant; one who books at two clinics at once does.
  select c.* into customer from app_public.customers c where c.id = target and c.is_active for share;
  -- The desk books for people of its own records only. Otherwise a booking would tell it the name behind any number.
  if customer.id is null or (
       target is distinct from app_hidden.current_customer_id()
       and not app_private.caller_is_operator()
       and not exists (select from app_public.clinic_customers cc where cc.clinic_id = resolve_customer.clinic_id and cc.customer_id = target)) then
    perform app_hidden.refuse('customer_not_found', 'No such customer. The desk adds new ones with add_clinic_customer.',
      jsonb_build_object('customerId', target::text));
  end if;
  return customer;
end
$$;

comment on function app_private.resolve_customer(bigint, bigint) is
'For whom the caller acts in a clinic: themselves when null, or the customer named, which only the desk may do and only for customers in its records. Refuses unauthenticated, forbidden, customer_not_found, invalid_argument.';

revoke all on function app_private.resolve_customer(bigint, bigint) from public;
--! EndIncluded booking/resolve_customer.sql
--! Included booking/require_booking_right.sql
create or replace function app_private.require_booking_right(booking app_public.bookings) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if booking.clinic_id = any (app_hidden.desk_clinic_ids()) or app_private.caller_is_operator() then
    return true;
  end if;
  if booking.customer_id = app_hidden.current_customer_id() then
    return false;
  end if;
  if app_hidden.current_account_id() is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  elsif booking.clinic_id = any (app_hidden.staff_clinic_ids()) then
    perform app_hidden.refuse('forbidden', 'Only the desk does this.');
  end if;
  -- Whose booking it is, or whether there is one, is not the caller's to know.
  perform app_hidden.refuse('booking_not_found', 'No such booking in this clinic.', jsonb_build_object('bookingId', booking.id::text));
end
$$;

comment on function app_private.require_booking_right(app_public.bookings) is
'Whether the caller acts on a booking as the desk (true) or as its customer (false). Refuses everybody else: unauthenticated, forbidden (staff without the desk''s right), booking_not_found.';

revoke all on function app_private.require_booking_right(app_public.bookings) from public;
--! EndIncluded booking/require_booking_right.sql
--! Included booking/judge_slot.sql
create or replace function app_private.judge_slot(slot app_public.booking_slots, customer_id bigint) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  case slot.status
    when 'open' then
      null;
    when 'held' then
      -- A hold ends by its time: whoever comes after finds the slot free, whether or not a job has tidied it up.
      if slot.held_until > now() and slot.customer_id is distinct from judge_slot.customer_id then
        perform app_hidden.refuse('slot_held', 'Somebody else is just booking this slot.',
          jsonb_build_object('bookingSlotId', slot.id::text, 'heldUntil', slot.held_until));
      end if;
    when 'booked' then
      perform app_hidden.refuse('slot_taken', 'This slot is taken.', jsonb_build_object('bookingSlotId', slot.id::text));
    when 'withdrawn' then
      perform app_hidden.refuse('slot_withdrawn', 'The clinic has withdrawn this slot.', jsonb_build_object('bookingSlotId', slot.id::text));
  end case;
end
$$;

comment on function app_private.judge_slot(app_public.booking_slots, bigint) is
'Whether this customer may claim the slot as it stands. Refuses slot_taken, slot_held (by another, not expired), slot_withdrawn.';

revoke all on function app_private.judge_slot(app_public.booking_slots, bigint) from public;
--! EndIncluded booking/judge_slot.sql
--! Included booking/judge_time.sql
create or replace function app_private.judge_time(slot app_public.booking_slots, policy app_public.policies, by_desk boolean) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if by_desk then
    -- The desk takes walk-ins into a slot that has begun, and books as far ahead as there are slots.
    if slot.ends_at <= now() then
      perform app_hidden.refuse('slot_in_the_past', 'This slot is over.', jsonb_build_object('endsAt', slot.ends_at));
    end if;
  elsif slot.starts_at < now() + policy.lead_time or slot.starts_at <= now() then
    perform app_hidden.refuse('booking_too_late', 'It is too late to book this slot. Call the clinic.',
      jsonb_build_object('bookableUntil', slot.starts_at - policy.lead_time));
  elsif slot.starts_at > now() + policy.horizon then
    perform app_hidden.refuse('booking_too_far_ahead', 'This slot cannot be booked yet.',
      jsonb_build_object('bookableFrom', slot.starts_at - policy.horizon));
  end if;
end
$$;

comment on function app_private.judge_time(app_public.booking_slots, app_public.policies, boolean) is
'Whether the clinic''s policy lets the slot be claimed now: lead time and horizon bind customers, its end binds the desk. Refuses booking_too_late, booking_too_far_ahead, slot_in_the_past.';

revoke all on function app_private.judge_time(app_public.booking_slots, app_public.policies, boolean) from public;
--! EndIncluded booking/judge_time.sql
--! Included booking/judge_count.sql
create or replace function app_private.judge_count(policy app_public.policies, customer_id bigint, except_slot_id bigint) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  live int;
begin
  select (select count(*) from app_public.bookings b
          where b.clinic_id = policy.clinic_id and b.customer_id = judge_count.customer_id
            and b.status in ('booked', 'checked_in') and b.ends_at > now())
       + (select count(*) from app_public.booking_slots bs
          where bs.clinic_id = policy.clinic_id and bs.customer_id = judge_count.customer_id
            and bs.status = 'held' and bs.held_until > now() and bs.id <> judge_count.except_slot_id)
    into live;
  if live >= policy.max_live_bookings then
    perform app_hidden.refuse('too_many_bookings', format('There are %s live bookings and holds already.', live),
      jsonb_build_object('live', live, 'allowed', policy.max_live_bookings));
  end if;
end
$$;

comment on function app_private.judge_count(app_public.policies, bigint, bigint) is
'Whether the customer may claim one more slot in the policy''s clinic, not counting a hold on `except_slot_id`; the caller holds the lock of keep_clinic_customer. Refuses too_many_bookings.';

revoke all on function app_private.judge_count(app_public.policies, bigint, bigint) from public;
--! EndIncluded booking/judge_count.sql
--! Included booking/keep_clinic_customer.sql
create or replace function app_private.keep_clinic_customer(clinic_id bigint, customer app_public.customers) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- The row is also the lock under which one customer's bookings and holds in a clinic are counted.
  perform from app_public.clinic_customers cc
  where cc.clinic_id = keep_clinic_customer.clinic_id and cc.customer_id = customer.id for no key update;
  if found then
    return;
  end if;
  insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email, phone)
  values (keep_clinic_customer.clinic_id, customer.id, customer.full_name, customer.email, customer.phone)
  on conflict on constraint a_clinic_keeps_one_record_of_a_customer do nothing;
  perform from app_public.clinic_customers cc
  where cc.clinic_id = keep_clinic_customer.clinic_id and cc.customer_id = customer.id for no key update;
end
$$;

comment on function app_private.keep_clinic_customer(bigint, app_public.customers) is
'The clinic''s own record of a customer: made by the first hold or booking there, from then on the clinic''s to edit, and locked until the transaction ends.';

revoke all on function app_private.keep_clinic_customer(bigint, app_public.customers) from public;
--! EndIncluded booking/keep_clinic_customer.sql
--! Included notification/queue_notifications.sql
create or replace function app_private.queue_notifications(booking app_public.bookings, kind app_public.notification_kind) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  policy app_public.policies;
  zone text;
  told_at timestamptz := now();
  channel text := app_private.choose_channel(booking.clinic_id, booking.customer_id, kind);
begin
  select p.* into policy from app_public.policies p where p.clinic_id = booking.clinic_id;
  -- Rows only, no job and no notify: either would take a lock that all commits share. The job send_notifications finds what is due.
  if channel is not null then
    if policy.quiet_from is not null and app_hidden.current_customer_id() is distinct from booking.customer_id then
      -- Nobody is woken for what the clinic did, unless it is about the very next hours.
      select c.time_zone into zone from app_public.clinics c where c.id = booking.clinic_id;
      told_at := coalesce(upper(app_private.quiet_hours(told_at, zone, policy.quiet_from, policy.quiet_until)), told_at);
      if told_at > booking.starts_at - interval '2 hours' then
        told_at := now();
      end if;
    end if;
    insert into app_public.notifications (clinic_id, booking_id, customer_id, kind, channel, booking_sequence, due_at)
    values (booking.clinic_id, booking.id, booking.customer_id, kind, channel, booking.sequence, told_at);
  end if;
  insert into app_public.notifications (clinic_id, booking_id, customer_id, kind, channel, endpoint_id, booking_sequence, due_at)
  select booking.clinic_id, booking.id, booking.customer_id, queue_notifications.kind, 'webhook', we.id, booking.sequence, now()
  from app_public.webhook_endpoints we
  where we.clinic_id = booking.clinic_id and we.is_active and queue_notifications.kind = any (we.kinds);
  if kind in ('booking_confirmed', 'booking_rescheduled') then
    perform app_private.reconcile_reminders(booking.clinic_id, booking.id);
  end if;
end
$$;

comment on function app_private.queue_notifications(app_public.bookings, app_public.notification_kind) is
'Records what is to be sent about a booking, in the booking''s own transaction: the message itself, over the channel that clinic and customer chose; the clinic''s webhooks; and, for a new time, the reminders.';

revoke all on function app_private.queue_notifications(app_public.bookings, app_public.notification_kind) from public;
--! EndIncluded notification/queue_notifications.sql
--! Included notification/drop_notifications.sql
create or replace function app_private.drop_notifications(booking app_public.bookings) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- Also a confirmation not sent yet: nobody wants to read of a time that is no longer true. Not what a clinic's own system is told:
  -- it keeps account of each step.
  update app_public.notifications n set state = 'dropped', dropped_because = 'booking_changed'
  where n.clinic_id = booking.clinic_id and n.booking_id = booking.id and n.state = 'pending' and n.channel <> 'webhook';
end
$$;

comment on function app_private.drop_notifications(app_public.bookings) is
'Takes back what is still to be sent to the customer about a booking, because it was cancelled, moved, or its day has come.';

revoke all on function app_private.drop_notifications(app_public.bookings) from public;
--! EndIncluded notification/drop_notifications.sql
--! Included booking/end_booking.sql
create or replace function app_private.end_booking(
  clinic_id bigint, booking_id bigint, by app_public.booking_party, reason text, kind app_public.notification_kind default 'booking_cancelled')
returns app_public.bookings
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  booking app_public.bookings;
begin
  -- Row triggers record events; they take the reason from here, because a slot has no column for it.
  perform set_config('medislot.reason', coalesce(end_booking.reason, ''), true);
  update app_public.bookings b
  set status = 'cancelled', cancelled_at = now(), cancelled_by = end_booking.by, cancellation_reason = end_booking.reason
  where b.clinic_id = end_booking.clinic_id and b.id = end_booking.booking_id and b.status <> 'cancelled'
  returning b.* into booking;
  if booking.id is null then
    -- The trigger of the transitions sees changes only, and to be cancelled again is none. But the slot may be somebody else's by now.
    perform app_hidden.refuse('illegal_transition', 'The booking is cancelled already.', '{"status": "cancelled"}');
  end if;
  update app_public.booking_slots bs set status = 'open', customer_id = null
  where bs.clinic_id = booking.clinic_id and bs.id = booking.booking_slot_id;
  perform set_config('medislot.reason', '', true);
  perform app_private.drop_notifications(booking);
  if booking.starts_at > now() then
    perform app_private.queue_notifications(booking, end_booking.kind);
  end if;
  return booking;
end
$$;

comment on function app_private.end_booking(bigint, bigint, app_public.booking_party, text, app_public.notification_kind) is
'Cancels a live booking: its slot is open again, pending messages are dropped and, unless its time has passed, what the customer is told (`kind`: booking_cancelled, or slot_withdrawn) is queued. The caller has judged and locked. Refuses illegal_transition.';

revoke all on function app_private.end_booking(bigint, bigint, app_public.booking_party, text, app_public.notification_kind) from public;
--! EndIncluded booking/end_booking.sql
--! Included booking/available_slots.sql
create or replace function app_public.available_slots(
  clinic_id bigint default null, doctor_id bigint default null, specialization_id bigint default null,
  from_time timestamptz default null, to_time timestamptz default null, after text default null, page_size int default 20,
  from_date date default null, to_date date default null)
returns setof app_public.available_slot
language plpgsql stable security definer
-- Planned anew for each call: then an argument left out vanishes from the plan, and each shape of search (a doctor's, a clinic's,
-- everybody's) gets its own partial index from this one statement. Three statements with kept plans were 0.3 ms faster and thrice as long.
set plan_cache_mode = force_custom_plan
set search_path = pg_catalog, pg_temp as $$
declare
  -- The search goes on behind this place in the order of starts_at and id. Behind now: what begins at this moment is not to be had.
  start_from timestamptz := now();
  after_id bigint := 9223372036854775807;
  last_seen timestamptz;
  last_id bigint;
  earliest timestamptz;
  latest timestamptz := 'infinity';
begin
  if page_size is null or page_size not between 1 and 100 then
    perform app_hidden.refuse('invalid_argument', 'A page has 1 to 100 slots.', '{"argument": "pageSize"}');
  elsif available_slots.doctor_id is not null and available_slots.clinic_id is null then
    perform app_hidden.refuse('invalid_argument', 'A doctor is found within a clinic: give clinicId too.', '{"argument": "clinicId"}');
  elsif available_slots.after !~ '^[0-9]{1,16}\.[0-9]{1,18}$' then
    perform app_hidden.refuse('invalid_argument', 'This cursor was not made here.', '{"argument": "after"}');
  end if;
  -- A date is the clinic's own, which lies within these hours of the same date at UTC: so much less of the index is walked.
  from_time := greatest(from_time, from_date::timestamp at time zone 'UTC' - interval '14 hours');
  to_time := least(to_time, (to_date + 1)::timestamp at time zone 'UTC' + interval '12 hours');
  if available_slots.clinic_id is not null then
    -- Of one clinic the policy is read before: as constants the planner knows what they leave over, from a join it would guess a ninth,
    -- and sort all that is free instead of reading the first page off the index.
    select now() + p.lead_time, now() + p.horizon into earliest, latest
    from app_public.policies p where p.clinic_id = available_slots.clinic_id;
  end if;
  if greatest(from_time, earliest) > start_from then
    start_from := greatest(from_time, earliest);
    after_id := 0;
  end if;
  last_seen := to_timestamp(split_part(available_slots.after, '.', 1)::numeric / 1000000);
  last_id := split_part(available_slots.after, '.', 2)::bigint;
  if (last_seen, last_id) > (start_from, after_id) then
    start_from := last_seen;
    after_id := last_id;
  end if;

  return query
    select
      (extract(epoch from bs.starts_at) * 1000000)::bigint || '.' || bs.id,
      bs.clinic_id, c.name, c.time_zone, bs.doctor_id, d.full_name, bs.id, bs.slot_date, bs.starts_at, bs.ends_at,
      (bs.starts_at at time zone c.time_zone)::time, (bs.ends_at at time zone c.time_zone)::time
    from app_public.booking_slots bs
    join app_public.policies p on p.clinic_id = bs.clinic_id
    join app_public.clinics c on c.id = bs.clinic_id
    join app_public.doctors d on d.clinic_id = bs.clinic_id and d.id = bs.doctor_id
    where (available_slots.clinic_id is null or bs.clinic_id = available_slots.clinic_id)
      and (available_slots.doctor_id is null or bs.doctor_id = available_slots.doctor_id)
      and (available_slots.specialization_id is null or exists (
        select from app_public.doctor_specializations ds
        where ds.clinic_id = bs.clinic_id and ds.doctor_id = bs.doctor_id and ds.specialization_id = available_slots.specialization_id))
      and (from_date is null or bs.slot_date >= from_date) and (to_date is null or bs.slot_date <= to_date)
      -- An expired hold is free, whether or not a job has tidied it up.
      -- (held_until is null says `open` without counting a status twice in the planner's estimate.)
      and bs.status in ('open', 'held') and (bs.held_until is null or bs.held_until <= now())
      -- Keyset, not offset: a page costs the same however deep it lies, and nothing shows twice or is missed while others book.
      and (bs.starts_at, bs.id) > (start_from, after_id)
      and bs.starts_at < coalesce(to_time, 'infinity') and bs.starts_at <= latest
      and (available_slots.clinic_id is not null or bs.starts_at >= now() + p.lead_time and bs.starts_at <= now() + p.horizon)
    order by bs.starts_at, bs.id
    limit page_size;
end
$$;

comment on function app_public.available_slots(bigint, bigint, bigint, timestamptz, timestamptz, text, int, date, date) is
$c$Slots that a customer could book now, in the order of time: of one doctor (with the clinic), of one clinic, or across all clinics; by specialization; starting from `from_time` (default now) and before `to_time`, on the clinics' local dates from `from_date` to `to_date`, inclusive. Each row carries a cursor: pass the last one as `after` for the next page of `page_size` (1 to 100, default 20).
Times are instants; local_start and local_end are the clinic's clock. Definer rights, because everybody may see what is free but not whose hold on it expired. Open to everybody. Refuses invalid_argument.$c$;

revoke all on function app_public.available_slots(bigint, bigint, bigint, timestamptz, timestamptz, text, int, date, date) from public;
grant execute on function app_public.available_slots(bigint, bigint, bigint, timestamptz, timestamptz, text, int, date, date) to app_anonymous;
--! EndIncluded booking/available_slots.sql
--! Included booking/hold_slot.sql
create or replace function app_public.hold_slot(
  clinic_id bigint, booking_slot_id bigint, customer_id bigint default null, idempotency_key text default null,
  row_version int default null)
returns app_public.booking_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  customer app_public.customers;
  slot app_public.booking_slots;
  policy app_public.policies;
  by_desk boolean;
  outcome jsonb;
begin
  customer := app_private.resolve_customer(hold_slot.clinic_id, hold_slot.customer_id);
  by_desk := customer.id is distinct from app_hidden.current_customer_id();
  outcome := app_private.replay(hold_slot.clinic_id, hold_slot.idempotency_key, 'hold_slot',
    jsonb_build_array(hold_slot.booking_slot_id, customer.id));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.booking_slots, outcome);
  end if;

  -- Looking before locking, as in book_slot.
  select bs.* into slot from app_public.booking_slots bs
  where bs.clinic_id = hold_slot.clinic_id and bs.id = hold_slot.booking_slot_id;
  if slot.id is not null then
    perform app_private.judge_slot(slot, customer.id);
  end if;
  slot := app_private.lock_slot(hold_slot.clinic_id, hold_slot.booking_slot_id);
  perform app_private.require_version('booking_slots', hold_slot.row_version, slot.row_version);
  perform app_private.judge_slot(slot, customer.id);

  select p.* into strict policy from app_public.policies p where p.clinic_id = slot.clinic_id;
  perform app_private.judge_time(slot, policy, by_desk);
  perform app_private.keep_clinic_customer(slot.clinic_id, customer);
  if not by_desk then
    perform app_private.judge_count(policy, customer.id, slot.id);
  end if;

  update app_public.booking_slots bs
  set status = 'held', customer_id = customer.id, held_until = now() + policy.hold_time
  where bs.clinic_id = slot.clinic_id and bs.id = slot.id
  returning bs.* into slot;
  perform app_private.remember(slot.clinic_id, hold_slot.idempotency_key, to_jsonb(slot));
  return slot;
end
$$;

comment on function app_public.hold_slot(bigint, bigint, bigint, text, int) is
$c$Keeps a slot for a customer while they fill in a form, for the clinic's hold_time; holding again prolongs it. It ends by itself at held_until (app_public.book_slot and others treat it as free from then on). Customers hold for themselves, the desk for customers of its clinic.
Refuses slot_not_found, slot_taken, slot_held, slot_withdrawn, booking_too_late, booking_too_far_ahead, slot_in_the_past, too_many_bookings, customer_not_found, forbidden, unauthenticated, idempotency_key_reused, invalid_argument, stale_row_version.$c$;

revoke all on function app_public.hold_slot(bigint, bigint, bigint, text, int) from public;
grant execute on function app_public.hold_slot(bigint, bigint, bigint, text, int) to app_customer;
--! EndIncluded booking/hold_slot.sql
--! Included booking/release_hold.sql
create or replace function app_public.release_hold(
  clinic_id bigint, booking_slot_id bigint, customer_id bigint default null, idempotency_key text default null,
  row_version int default null)
returns app_public.booking_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  customer app_public.customers;
  slot app_public.booking_slots;
  outcome jsonb;
begin
  customer := app_private.resolve_customer(release_hold.clinic_id, release_hold.customer_id);
  outcome := app_private.replay(release_hold.clinic_id, release_hold.idempotency_key, 'release_hold',
    jsonb_build_array(release_hold.booking_slot_id, customer.id));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.booking_slots, outcome);
  end if;
  slot := app_private.lock_slot(release_hold.clinic_id, release_hold.booking_slot_id);
  perform app_private.require_version('booking_slots', release_hold.row_version, slot.row_version);
  if slot.status <> 'held' or slot.customer_id is distinct from customer.id then
    perform app_hidden.refuse('hold_not_found', 'There is no hold on this slot.', jsonb_build_object('bookingSlotId', slot.id::text));
  end if;
  update app_public.booking_slots bs set status = 'open', customer_id = null, held_until = null
  where bs.clinic_id = slot.clinic_id and bs.id = slot.id
  returning bs.* into slot;
  perform app_private.remember(slot.clinic_id, release_hold.idempotency_key, to_jsonb(slot));
  return slot;
end
$$;

comment on function app_public.release_hold(bigint, bigint, bigint, text, int) is
'Gives a held slot back before its time. Customers their own, the desk those of its clinic''s customers. Refuses slot_not_found, hold_not_found, customer_not_found, forbidden, unauthenticated, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_public.release_hold(bigint, bigint, bigint, text, int) from public;
grant execute on function app_public.release_hold(bigint, bigint, bigint, text, int) to app_customer;
--! EndIncluded booking/release_hold.sql
--! Included booking/release_expired_holds.sql
create or replace function app_private.release_expired_holds(batch int default 500) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  released int;
begin
  perform set_config('medislot.reason', 'hold expired', true);
  with expired as (
    select bs.clinic_id, bs.id from app_public.booking_slots bs
    where bs.status = 'held' and bs.held_until <= now()
    order by bs.clinic_id, bs.id
    limit batch for update skip locked
  ), opened as (
    update app_public.booking_slots bs set status = 'open', customer_id = null, held_until = null
    from expired e where bs.clinic_id = e.clinic_id and bs.id = e.id
    returning bs.id
  )
  select count(*) into released from opened;
  perform set_config('medislot.reason', '', true);
  return released;
end
$$;

comment on function app_private.release_expired_holds(int) is
'Tidies up to `batch` holds that have expired and returns how many. Only tidiness: an expired hold counts as free without it. Called by the job release_expired_holds.';

revoke all on function app_private.release_expired_holds(int) from public;
--! EndIncluded booking/release_expired_holds.sql
--! Included booking/book_slot.sql
create or replace function app_public.book_slot(
  clinic_id bigint, booking_slot_id bigint, customer_id bigint default null, note text default null, idempotency_key text default null,
  row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  customer app_public.customers;
  slot app_public.booking_slots;
  policy app_public.policies;
  booking app_public.bookings;
  by_desk boolean;
  outcome jsonb;
begin
  -- First, the customer exists. If not, there is nothing to judge.
  customer := app_private.resolve_customer(book_slot.clinic_id, book_slot.customer_id);
  by_desk := customer.id is distinct from app_hidden.current_customer_id();
  outcome := app_private.replay(book_slot.clinic_id, book_slot.idempotency_key, 'book_slot',
    jsonb_build_array(book_slot.booking_slot_id, customer.id, book_slot.note));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.bookings, outcome);
  end if;

  -- Look without a lock: in a rush on one slot the late ones are told at once instead of queueing behind its lock
  -- (500 callers: 0.13 s at the median instead of 1 to 2 s).
  select bs.* into slot from app_public.booking_slots bs
  where bs.clinic_id = book_slot.clinic_id and bs.id = book_slot.booking_slot_id;
  if slot.id is not null then
    perform app_private.judge_slot(slot, customer.id);
  end if;
  -- Then lock, and judge what is true now. From here on nobody else changes the slot.
  slot := app_private.lock_slot(book_slot.clinic_id, book_slot.booking_slot_id);
  perform app_private.require_version('booking_slots', book_slot.row_version, slot.row_version);
  perform app_private.judge_slot(slot, customer.id);

  select p.* into strict policy from app_public.policies p where p.clinic_id = slot.clinic_id;
  perform app_private.judge_time(slot, policy, by_desk);
  perform app_private.keep_clinic_customer(slot.clinic_id, customer);
  if not by_desk then
    perform app_private.judge_count(policy, customer.id, slot.id);
  end if;

  update app_public.booking_slots bs set status = 'booked', customer_id = customer.id, held_until = null
  where bs.clinic_id = slot.clinic_id and bs.id = slot.id;
  begin
    insert into app_public.bookings as b (clinic_id, booking_slot_id, customer_id, note, booked_by_account_id)
    values (slot.clinic_id, slot.id, customer.id, nullif(btrim(book_slot.note), ''), app_hidden.current_account_id())
    returning b.* into booking;
  exception when exclusion_violation then
    perform app_hidden.refuse('customer_busy', 'The customer has another booking here at this time.',
      jsonb_build_object('startsAt', slot.starts_at, 'endsAt', slot.ends_at));
  end;
  perform app_private.queue_notifications(booking, 'booking_confirmed');
  perform app_private.remember(booking.clinic_id, book_slot.idempotency_key, to_jsonb(booking));
  return booking;
end
$$;

comment on function app_public.book_slot(bigint, bigint, bigint, text, text, int) is
$c$Books a free slot, or one the customer holds, and queues confirmation and reminders in the same transaction. Of all who try at once exactly one wins. Customers book for themselves (customer_id left out), the desk for customers of its clinic.
Refuses slot_not_found, slot_taken, slot_held, slot_withdrawn, booking_too_late, booking_too_far_ahead, slot_in_the_past, too_many_bookings, customer_busy, customer_not_found, forbidden, unauthenticated, idempotency_key_reused, invalid_argument, stale_row_version.$c$;

revoke all on function app_public.book_slot(bigint, bigint, bigint, text, text, int) from public;
grant execute on function app_public.book_slot(bigint, bigint, bigint, text, text, int) to app_customer;
--! EndIncluded booking/book_slot.sql
--! Included booking/cancel_booking.sql
create or replace function app_public.cancel_booking(
  clinic_id bigint, booking_id bigint, reason text default null, idempotency_key text default null, row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  booking app_public.bookings;
  by_desk boolean;
  cutoff interval;
  outcome jsonb;
begin
  outcome := app_private.replay(cancel_booking.clinic_id, cancel_booking.idempotency_key, 'cancel_booking',
    jsonb_build_array(cancel_booking.booking_id, cancel_booking.reason));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.bookings, outcome);
  end if;
  booking := app_private.lock_booking(cancel_booking.clinic_id, cancel_booking.booking_id);
  by_desk := app_private.require_booking_right(booking);
  perform app_private.require_version('bookings', cancel_booking.row_version, booking.row_version);
  if not by_desk and booking.status in ('booked', 'checked_in') then
    select p.cancellation_cutoff into cutoff from app_public.policies p where p.clinic_id = booking.clinic_id;
    if booking.starts_at < now() + cutoff then
      perform app_hidden.refuse('cancellation_too_late', 'It is too late to change this booking. Call the clinic.',
        jsonb_build_object('cancellableUntil', booking.starts_at - cutoff));
    end if;
  end if;
  booking := app_private.end_booking(booking.clinic_id, booking.id,
    (case when by_desk then 'clinic' else 'customer' end)::app_public.booking_party, nullif(btrim(cancel_booking.reason), ''));
  perform app_private.remember(booking.clinic_id, cancel_booking.idempotency_key, to_jsonb(booking));
  return booking;
end
$$;

comment on function app_public.cancel_booking(bigint, bigint, text, text, int) is
'Cancels a booking and frees its slot at once. Customers their own, until the clinic''s cancellation cut-off; the desk any of its clinic. Refuses booking_not_found, cancellation_too_late, illegal_transition (not booked any more), forbidden, unauthenticated, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_public.cancel_booking(bigint, bigint, text, text, int) from public;
grant execute on function app_public.cancel_booking(bigint, bigint, text, text, int) to app_customer;
--! EndIncluded booking/cancel_booking.sql
--! Included booking/reschedule_booking.sql
create or replace function app_public.reschedule_booking(
  clinic_id bigint, booking_id bigint, booking_slot_id bigint, idempotency_key text default null,
  row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  booking app_public.bookings;
  old_slot_id bigint;
  slot app_public.booking_slots;
  policy app_public.policies;
  by_desk boolean;
  outcome jsonb;
begin
  outcome := app_private.replay(reschedule_booking.clinic_id, reschedule_booking.idempotency_key, 'reschedule_booking',
    jsonb_build_array(reschedule_booking.booking_id, reschedule_booking.booking_slot_id));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.bookings, outcome);
  end if;
  booking := app_private.lock_booking(reschedule_booking.clinic_id, reschedule_booking.booking_id, reschedule_booking.booking_slot_id);
  by_desk := app_private.require_booking_right(booking);
  perform app_private.require_version('bookings', reschedule_booking.row_version, booking.row_version);
  slot := app_private.lock_slot(reschedule_booking.clinic_id, reschedule_booking.booking_slot_id);
  if booking.status <> 'booked' then
    perform app_hidden.refuse('illegal_transition', format('A booking that is %s cannot be rescheduled.', booking.status),
      jsonb_build_object('status', booking.status));
  end if;
  if slot.id = booking.booking_slot_id then
    perform app_private.remember(booking.clinic_id, reschedule_booking.idempotency_key, to_jsonb(booking));
    return booking;
  end if;
  -- One change at a time to a customer's calendar here: two whose times overlap would wait for each other in the exclusion constraint.
  perform from app_public.clinic_customers cc
  where cc.clinic_id = booking.clinic_id and cc.customer_id = booking.customer_id for no key update;

  select p.* into strict policy from app_public.policies p where p.clinic_id = booking.clinic_id;
  if not by_desk and booking.starts_at < now() + policy.cancellation_cutoff then
    perform app_hidden.refuse('cancellation_too_late', 'It is too late to change this booking. Call the clinic.',
      jsonb_build_object('cancellableUntil', booking.starts_at - policy.cancellation_cutoff));
  end if;
  perform app_private.judge_slot(slot, booking.customer_id);
  perform app_private.judge_time(slot, policy, by_desk);

  old_slot_id := booking.booking_slot_id;
  perform set_config('medislot.reason', 'rescheduled', true);
  update app_public.booking_slots bs set status = 'booked', customer_id = booking.customer_id, held_until = null
  where bs.clinic_id = booking.clinic_id and bs.id = slot.id;
  begin
    -- The same booking moves: its reference, its history and its entry in the customer's calendar stay one.
    update app_public.bookings b set booking_slot_id = slot.id, sequence = b.sequence + 1
    where b.clinic_id = booking.clinic_id and b.id = booking.id
    returning b.* into booking;
  exception when exclusion_violation then
    perform app_hidden.refuse('customer_busy', 'The customer has another booking here at this time.',
      jsonb_build_object('startsAt', slot.starts_at, 'endsAt', slot.ends_at));
  end;
  update app_public.booking_slots bs set status = 'open', customer_id = null
  where bs.clinic_id = booking.clinic_id and bs.id = old_slot_id;
  perform set_config('medislot.reason', '', true);
  perform app_private.drop_notifications(booking);
  perform app_private.queue_notifications(booking, 'booking_rescheduled');
  perform app_private.remember(booking.clinic_id, reschedule_booking.idempotency_key, to_jsonb(booking));
  return booking;
end
$$;

comment on function app_public.reschedule_booking(bigint, bigint, bigint, text, int) is
$c$Moves a booking to another slot of the same clinic, which may be another doctor's: the new slot is taken and the old one freed, both or neither, and reminders follow. Customers their own, until the cancellation cut-off of the old time; the desk any of its clinic.
Refuses booking_not_found, illegal_transition, cancellation_too_late, customer_busy, and whatever refuses a new booking of that slot: slot_not_found, slot_taken, slot_held, slot_withdrawn, booking_too_late, booking_too_far_ahead, slot_in_the_past; forbidden, unauthenticated, idempotency_key_reused, invalid_argument, stale_row_version.$c$;

revoke all on function app_public.reschedule_booking(bigint, bigint, bigint, text, int) from public;
grant execute on function app_public.reschedule_booking(bigint, bigint, bigint, text, int) to app_customer;
--! EndIncluded booking/reschedule_booking.sql
--! Included booking/advance_booking.sql
create or replace function app_private.advance_booking(
  clinic_id bigint, booking_id bigint, to_status app_public.booking_status, idempotency_key text, row_version int)
returns app_public.bookings
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  booking app_public.bookings;
  zone text;
  outcome jsonb;
begin
  perform app_private.require_clinic_role(advance_booking.clinic_id, 'staff');
  outcome := app_private.replay(advance_booking.clinic_id, advance_booking.idempotency_key, advance_booking.to_status::text,
    jsonb_build_array(advance_booking.booking_id));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.bookings, outcome);
  end if;
  booking := app_private.lock_booking(advance_booking.clinic_id, advance_booking.booking_id);
  -- A doctor sees to the own patients; everybody's are the desk's.
  if booking.doctor_id <> all (app_hidden.own_doctor_ids()) then
    perform app_private.require_clinic_role(advance_booking.clinic_id, 'desk');
  end if;
  perform app_private.require_version('bookings', advance_booking.row_version, booking.row_version);
  select c.time_zone into zone from app_public.clinics c where c.id = booking.clinic_id;
  if advance_booking.to_status = 'checked_in' and booking.slot_date > (now() at time zone zone)::date
     or advance_booking.to_status = 'no_show' and booking.starts_at > now() then
    perform app_hidden.refuse('not_yet', 'It is too early for that.', jsonb_build_object('startsAt', booking.starts_at));
  end if;
  if booking.status = advance_booking.to_status then
    -- The trigger of the transitions sees changes only.
    perform app_hidden.refuse('illegal_transition', format('The booking is %s already.', booking.status), jsonb_build_object('status', booking.status));
  end if;
  update app_public.bookings b set status = advance_booking.to_status
  where b.clinic_id = booking.clinic_id and b.id = booking.id
  returning b.* into booking;
  perform app_private.drop_notifications(booking);
  perform app_private.remember(booking.clinic_id, advance_booking.idempotency_key, to_jsonb(booking));
  return booking;
end
$$;

comment on function app_private.advance_booking(bigint, bigint, app_public.booking_status, text, int) is
'The way of a booking on its day: checked_in (from the clinic''s local day on), completed, no_show (once it has started). For the desk, and for a doctor the own patients. Reminders still pending are dropped. Refuses forbidden, booking_not_found, not_yet, illegal_transition, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_private.advance_booking(bigint, bigint, app_public.booking_status, text, int) from public;
--! EndIncluded booking/advance_booking.sql
--! Included booking/check_in.sql
create or replace function app_public.check_in(
  clinic_id bigint, booking_id bigint, idempotency_key text default null, row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Who may, and when, is judged there.
  return app_private.advance_booking(check_in.clinic_id, check_in.booking_id, 'checked_in', check_in.idempotency_key, check_in.row_version);
end
$$;

comment on function app_public.check_in(bigint, bigint, text, int) is
'Notes that the patient has arrived. From the clinics local day of the booking on. For the desk, and for a doctor the own patients. Refuses forbidden, booking_not_found, not_yet, illegal_transition, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_public.check_in(bigint, bigint, text, int) from public;
grant execute on function app_public.check_in(bigint, bigint, text, int) to app_staff;
--! EndIncluded booking/check_in.sql
--! Included booking/complete_booking.sql
create or replace function app_public.complete_booking(
  clinic_id bigint, booking_id bigint, idempotency_key text default null, row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Who may, and when, is judged there.
  return app_private.advance_booking(complete_booking.clinic_id, complete_booking.booking_id, 'completed', complete_booking.idempotency_key, complete_booking.row_version);
end
$$;

comment on function app_public.complete_booking(bigint, bigint, text, int) is
'Notes that the appointment took place; the patient was checked in before. For the desk, and for a doctor the own patients. Refuses forbidden, booking_not_found, illegal_transition, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_public.complete_booking(bigint, bigint, text, int) from public;
grant execute on function app_public.complete_booking(bigint, bigint, text, int) to app_staff;
--! EndIncluded booking/complete_booking.sql
--! Included booking/mark_no_show.sql
create or replace function app_public.mark_no_show(
  clinic_id bigint, booking_id bigint, idempotency_key text default null, row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Who may, and when, is judged there.
  return app_private.advance_booking(mark_no_show.clinic_id, mark_no_show.booking_id, 'no_show', mark_no_show.idempotency_key, mark_no_show.row_version);
end
$$;

comment on function app_public.mark_no_show(bigint, bigint, text, int) is
'Notes that the patient did not come, once the slot has started. For the desk, and for a doctor the own patients. Refuses forbidden, booking_not_found, not_yet, illegal_transition, idempotency_key_reused, invalid_argument, stale_row_version.';

revoke all on function app_public.mark_no_show(bigint, bigint, text, int) from public;
grant execute on function app_public.mark_no_show(bigint, bigint, text, int) to app_staff;
--! EndIncluded booking/mark_no_show.sql
--! Included schedule/clear_schedule.sql
create or replace function app_private.clear_schedule(clinic_id bigint, doctor_id bigint, "cascade" boolean, reason text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  hanging jsonb;
  live bigint;
begin
  -- Slots before bookings before doctors, and slots in the order of their ids: everybody locks in this order, so nobody deadlocks.
  -- Those ahead in any state: a slot just being booked is waited for and then judged again, but by a snapshot without the new booking.
  perform from app_public.booking_slots bs
  where bs.clinic_id = clear_schedule.clinic_id and (clear_schedule.doctor_id is null or bs.doctor_id = clear_schedule.doctor_id)
    and (bs.status in ('open', 'held') or bs.ends_at > now() or exists (
      select from app_public.bookings b
      where b.clinic_id = bs.clinic_id and b.active_booking_slot_id = bs.id and b.status in ('booked', 'checked_in')))
  order by bs.id
  for no key update;

  if not clear_schedule."cascade" then
    select jsonb_build_object(
      'openSlots', (select count(*) from app_public.booking_slots bs
        where bs.clinic_id = clear_schedule.clinic_id and (clear_schedule.doctor_id is null or bs.doctor_id = clear_schedule.doctor_id)
          and bs.status in ('open', 'held') and bs.ends_at > now()),
      'liveBookings', coalesce((select jsonb_agg(jsonb_build_object('bookingId', b.id::text, 'startsAt', b.starts_at) order by b.starts_at)
        from app_public.bookings b
        where b.clinic_id = clear_schedule.clinic_id and (clear_schedule.doctor_id is null or b.doctor_id = clear_schedule.doctor_id)
          and b.status in ('booked', 'checked_in')), '[]')) into hanging;
    if hanging <> '{"openSlots": 0, "liveBookings": []}' then
      perform app_hidden.refuse('still_in_use',
        format('%s open slots and %s live bookings hang on this.', hanging -> 'openSlots', jsonb_array_length(hanging -> 'liveBookings')), hanging);
    end if;
  end if;

  for live in
    select b.id from app_public.bookings b
    where b.clinic_id = clear_schedule.clinic_id and (clear_schedule.doctor_id is null or b.doctor_id = clear_schedule.doctor_id)
      and b.status in ('booked', 'checked_in')
    order by b.booking_slot_id
  loop
    perform app_private.end_booking(clear_schedule.clinic_id, live, 'clinic', clear_schedule.reason, 'slot_withdrawn');
  end loop;
  -- Also past slots that nobody booked: nothing hangs on them, but an inactive doctor must have no open slot.
  perform set_config('medislot.reason', clear_schedule.reason, true);
  update app_public.booking_slots bs
  set status = 'withdrawn', customer_id = null, held_until = null
  where bs.clinic_id = clear_schedule.clinic_id and (clear_schedule.doctor_id is null or bs.doctor_id = clear_schedule.doctor_id)
    and bs.status in ('open', 'held');
  perform set_config('medislot.reason', '', true);
end
$$;

comment on function app_private.clear_schedule(bigint, bigint, boolean, text) is
'Ends what a doctor (or, with a null doctor, a whole clinic) has ahead: open slots are withdrawn, live bookings cancelled and their customers told. Without `cascade` it refuses (still_in_use, listing them) when there is any. The caller holds lock_schedule.';

revoke all on function app_private.clear_schedule(bigint, bigint, boolean, text) from public;
--! EndIncluded schedule/clear_schedule.sql
--! Included schedule/withdraw_slot.sql
create or replace function app_public.withdraw_slot(
  clinic_id bigint, booking_slot_id bigint, "cascade" boolean default false, reason text default null,
  idempotency_key text default null, row_version int default null)
returns app_public.booking_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  slot app_public.booking_slots;
  live app_public.bookings;
  outcome jsonb;
begin
  outcome := app_private.replay(withdraw_slot.clinic_id, withdraw_slot.idempotency_key, 'withdraw_slot',
    jsonb_build_array(withdraw_slot.booking_slot_id, withdraw_slot."cascade", withdraw_slot.reason));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.booking_slots, outcome);
  end if;
  slot := app_private.lock_slot(withdraw_slot.clinic_id, withdraw_slot.booking_slot_id);
  -- A doctor may withdraw the own slots; everybody else's are the desk's.
  if not (slot.doctor_id = any (app_hidden.own_doctor_ids()) and slot.clinic_id = any (app_hidden.staff_clinic_ids())) then
    perform app_private.require_clinic_role(withdraw_slot.clinic_id, 'desk');
  end if;
  perform app_private.require_version('booking_slots', withdraw_slot.row_version, slot.row_version);
  if slot.status = 'withdrawn' then
    perform app_private.remember(slot.clinic_id, withdraw_slot.idempotency_key, to_jsonb(slot));
    return slot;
  end if;
  if slot.status = 'booked' then
    select b.* into live from app_public.bookings b
    where b.clinic_id = slot.clinic_id and b.active_booking_slot_id = slot.id;
    if live.status not in ('booked', 'checked_in') then
      perform app_hidden.refuse('illegal_transition', 'The appointment has taken place.', jsonb_build_object('status', live.status));
    elsif not withdraw_slot."cascade" then
      perform app_hidden.refuse('still_in_use', 'The slot is booked.', jsonb_build_object('liveBookings', jsonb_build_array(
        jsonb_build_object('bookingId', live.id::text, 'startsAt', live.starts_at))));
    end if;
    perform app_private.end_booking(live.clinic_id, live.id, 'clinic', withdraw_slot.reason, 'slot_withdrawn');
  end if;
  perform set_config('medislot.reason', coalesce(withdraw_slot.reason, ''), true);
  update app_public.booking_slots bs set status = 'withdrawn', customer_id = null, held_until = null
  where bs.clinic_id = slot.clinic_id and bs.id = slot.id
  returning bs.* into slot;
  perform set_config('medislot.reason', '', true);
  perform app_private.remember(slot.clinic_id, withdraw_slot.idempotency_key, to_jsonb(slot));
  return slot;
end
$$;

comment on function app_public.withdraw_slot(bigint, bigint, boolean, text, text, int) is
'Takes a slot out of the calendar; a hold on it ends. Refuses (still_in_use) a booked one; with `cascade` its booking is cancelled by the clinic and the customer told. It stays withdrawn when slots are generated again. For the desk, and for a doctor the own slots. Refuses forbidden, slot_not_found, illegal_transition, stale_row_version, idempotency_key_reused, invalid_argument.';

revoke all on function app_public.withdraw_slot(bigint, bigint, boolean, text, text, int) from public;
grant execute on function app_public.withdraw_slot(bigint, bigint, boolean, text, text, int) to app_staff;
--! EndIncluded schedule/withdraw_slot.sql
--! Included clinic/deactivate_doctor.sql
create or replace function app_public.deactivate_doctor(
  clinic_id bigint, doctor_id bigint, "cascade" boolean default false, row_version int default null)
returns app_public.doctors
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  doctor app_public.doctors;
begin
  perform app_private.require_clinic_role(deactivate_doctor.clinic_id, 'manage');
  perform app_private.lock_schedule(deactivate_doctor.clinic_id);
  select d.* into doctor from app_public.doctors d
  where d.clinic_id = deactivate_doctor.clinic_id and d.id = deactivate_doctor.doctor_id;
  if doctor.id is null then
    perform app_hidden.refuse('doctor_not_found', 'No such doctor in this clinic.', jsonb_build_object('doctorId', deactivate_doctor.doctor_id::text));
  end if;
  perform app_private.require_version('doctors', deactivate_doctor.row_version, doctor.row_version);
  perform app_private.clear_schedule(deactivate_doctor.clinic_id, deactivate_doctor.doctor_id, deactivate_doctor."cascade", 'doctor deactivated');
  -- The version once more: the doctor is locked only now, after the slots and bookings, as everybody does.
  update app_public.doctors d set is_active = false, row_version = coalesce(deactivate_doctor.row_version, d.row_version)
  where d.clinic_id = deactivate_doctor.clinic_id and d.id = deactivate_doctor.doctor_id
  returning d.* into doctor;
  return doctor;
end
$$;

comment on function app_public.deactivate_doctor(bigint, bigint, boolean, int) is
'Takes a doctor out of service. Refuses (still_in_use, with the list) while open slots ahead or live bookings hang on; with `cascade` it withdraws those slots and cancels those bookings, telling their customers, all in one transaction. For managers. Refuses forbidden, clinic_not_found, doctor_not_found, stale_row_version.';

revoke all on function app_public.deactivate_doctor(bigint, bigint, boolean, int) from public;
grant execute on function app_public.deactivate_doctor(bigint, bigint, boolean, int) to app_staff;
--! EndIncluded clinic/deactivate_doctor.sql
--! Included clinic/deactivate_clinic.sql
create or replace function app_public.deactivate_clinic(clinic_id bigint, "cascade" boolean default false, row_version int default null)
returns app_public.clinics
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  clinic app_public.clinics;
  active_doctors jsonb;
begin
  perform app_private.require_clinic_role(deactivate_clinic.clinic_id, 'manage');
  clinic := app_private.lock_schedule(deactivate_clinic.clinic_id);
  perform app_private.require_version('clinics', deactivate_clinic.row_version, clinic.row_version);
  if not deactivate_clinic."cascade" then
    select jsonb_agg(jsonb_build_object('doctorId', d.id::text, 'fullName', d.full_name) order by d.id) into active_doctors
    from app_public.doctors d where d.clinic_id = deactivate_clinic.clinic_id and d.is_active;
    if active_doctors is not null then
      perform app_hidden.refuse('still_in_use', format('%s active doctors hang on this clinic.', jsonb_array_length(active_doctors)),
        jsonb_build_object('activeDoctors', active_doctors));
    end if;
  end if;
  perform app_private.clear_schedule(deactivate_clinic.clinic_id, null, deactivate_clinic."cascade", 'clinic deactivated');
  update app_public.doctors d set is_active = false where d.clinic_id = deactivate_clinic.clinic_id and d.is_active;
  update app_public.clinics c set is_active = false where c.id = deactivate_clinic.clinic_id returning c.* into clinic;
  return clinic;
end
$$;

comment on function app_public.deactivate_clinic(bigint, boolean, int) is
'Takes a clinic out of service. Refuses (still_in_use, with the list) while active doctors hang on; with `cascade` it deactivates them, withdraws their open slots and cancels their live bookings, telling the customers, all in one transaction. For its managers and operators. Refuses forbidden, clinic_not_found, stale_row_version.';

revoke all on function app_public.deactivate_clinic(bigint, boolean, int) from public;
grant execute on function app_public.deactivate_clinic(bigint, boolean, int) to app_staff;
--! EndIncluded clinic/deactivate_clinic.sql
--! Included notification/claim_notifications.sql
create or replace function app_private.claim_notifications(
  batch int default 20, at timestamptz default now(), only_channel text default null) returns setof app_public.notifications
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  the_clinic bigint;
  claimed int;
begin
  loop
    -- One clinic at a time (its rows lie together, also on a shard): the one whose message has waited longest.
    select n.clinic_id into the_clinic from app_public.notifications n
    where n.state = 'pending' and greatest(least(n.send_after, n.due_at), n.retry_at) <= claim_notifications.at
      and (claim_notifications.only_channel is null or n.channel = claim_notifications.only_channel)
    order by greatest(least(n.send_after, n.due_at), n.retry_at) limit 1 for update skip locked;
    if the_clinic is null then
      return;
    end if;
    return query
      with due as materialized (
        select n.clinic_id, n.id, n.customer_id, n.booking_id, n.kind from app_public.notifications n
        where n.clinic_id = the_clinic and n.state = 'pending'
          and greatest(least(n.send_after, n.due_at), n.retry_at) <= claim_notifications.at
          and (claim_notifications.only_channel is null or n.channel = claim_notifications.only_channel)
        order by greatest(least(n.send_after, n.due_at), n.retry_at)
        limit claim_notifications.batch for update skip locked
      ), judged as (
        -- Judged now and not when it was queued: an opt-out holds from the moment it is made.
        select d.clinic_id, d.id, case
          when d.kind <> 'booking_reminder' then null
          when b.starts_at <= claim_notifications.at then 'too_late'
          when not (cc.wants_reminders and c.wants_reminders) then 'opted_out' end as unwanted
        from due d
        join app_public.bookings b on b.clinic_id = d.clinic_id and b.id = d.booking_id
        join app_public.clinic_customers cc on cc.clinic_id = d.clinic_id and cc.customer_id = d.customer_id
        join app_public.customers c on c.id = d.customer_id
      ), dropped as (
        update app_public.notifications n set state = 'dropped', dropped_because = j.unwanted
        from judged j where n.clinic_id = j.clinic_id and n.id = j.id and j.unwanted is not null
      ), taken as (
        -- The attempt is counted and the next one set before the message goes out: a worker that dies while sending has sent at most
        -- once too often, never too seldom, and a message that kills its worker does not do so for ever.
        update app_public.notifications n
        set attempts = n.attempts + 1,
            retry_at = claim_notifications.at + interval '30 seconds' * 2 ^ n.attempts
        from judged j
        where n.clinic_id = j.clinic_id and n.id = j.id and j.unwanted is null
        returning n.*
      ), begun as (
        insert into app_private.delivery_attempts (clinic_id, notification_id, generation, attempt, channel, started_at)
        select t.clinic_id, t.id, t.generation, t.attempts, t.channel, claim_notifications.at from taken t
      )
      select t.* from taken t;
    get diagnostics claimed = row_count;
    -- A batch of nothing but unwanted ones is not the end of the work.
    exit when claimed > 0;
  end loop;
end
$$;

comment on function app_private.claim_notifications(int, timestamptz, text) is
'Takes up to `batch` messages of one clinic that are to be sent at `at` (over one channel, or null for all); none that another worker has. Each is due again after 30 s, doubling, unless recorded by notification_sent or notification_failed; so a batch has to be sent within 30 s. Reminders that are not wanted any more are dropped. Called by the job send_notifications.';

revoke all on function app_private.claim_notifications(int, timestamptz, text) from public;
--! EndIncluded notification/claim_notifications.sql
--! Included notification/message_of.sql
create or replace function app_private.message_of(clinic_id bigint, notification_id bigint)
returns table (
  recipient text, subject text, body text, channel text, idempotency_key text, sender_name text, reply_to text, calendar jsonb, secret text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  n app_public.notifications;
  b app_public.bookings;
  clinic app_public.clinics;
  policy app_public.policies;
  contact record;
  doctor_name text;
  endpoint record;
  words record;
  language text;
  the_values jsonb;
  is_off boolean;
begin
  select x.* into n from app_public.notifications x where x.clinic_id = message_of.clinic_id and x.id = message_of.notification_id;
  if n.id is null then
    return;
  end if;
  select x.* into b from app_public.bookings x where x.clinic_id = n.clinic_id and x.id = n.booking_id;
  idempotency_key := concat_ws('-', n.clinic_id, n.id, n.generation);
  channel := n.channel;

  if n.channel = 'webhook' then
    select we.url, ws.secret into endpoint
    from app_public.webhook_endpoints we
    join app_private.webhook_secrets ws on ws.clinic_id = we.clinic_id and ws.endpoint_id = we.id
    where we.clinic_id = n.clinic_id and we.id = n.endpoint_id;
    recipient := endpoint.url;
    secret := endpoint.secret;
    subject := n.kind::text;
    -- Ids and times, nothing about the person: the receiver asks the API for the rest, with its own rights.
    body := jsonb_build_object('id', idempotency_key, 'type', n.kind, 'occurredAt', n.created_at, 'booking', jsonb_build_object(
      'clinicId', b.clinic_id::text, 'id', b.id::text, 'bookingSlotId', b.booking_slot_id::text, 'doctorId', b.doctor_id::text,
      'customerId', b.customer_id::text, 'status', b.status, 'cancelledBy', b.cancelled_by, 'sequence', b.sequence,
      'startsAt', b.starts_at, 'endsAt', b.ends_at))::text;
    return next;
    return;
  end if;

  select x.* into clinic from app_public.clinics x where x.id = n.clinic_id;
  select x.* into policy from app_public.policies x where x.clinic_id = n.clinic_id;
  select d.full_name into doctor_name from app_public.doctors d where d.clinic_id = b.clinic_id and d.id = b.doctor_id;
  select cc.full_name, cc.email::text, cc.phone, coalesce(c.preferred_language, cc.preferred_language, policy.language) as language into contact
  from app_public.clinic_customers cc
  join app_public.customers c on c.id = cc.customer_id
  where cc.clinic_id = n.clinic_id and cc.customer_id = n.customer_id;
  language := contact.language;
  the_values := app_private.text_values(clinic, contact.full_name, doctor_name, b.starts_at, language, b.id, b.cancelled_by, b.cancellation_reason);

  select t.subject, t.body into words from app_private.notification_text(n.clinic_id, n.kind, n.channel, language) t;
  recipient := case n.channel when 'sms' then contact.phone else contact.email end;
  subject := app_private.fill_in(words.subject, the_values);
  body := app_private.fill_in(words.body, the_values);
  sender_name := coalesce(policy.sender_name, clinic.name);
  reply_to := clinic.email::text;
  if n.channel = 'email' and n.kind <> 'booking_reminder' then
    is_off := n.kind in ('booking_cancelled', 'slot_withdrawn');
    calendar := jsonb_build_object(
      'uid', format('booking-%s-%s@medislot', b.clinic_id, b.id),
      -- Each reschedule counts one; the cancellation comes after the last of them.
      'sequence', n.booking_sequence + is_off::int,
      'isCancelled', is_off,
      'startsAt', b.starts_at, 'endsAt', b.ends_at, 'stampedAt', n.created_at,
      'summary', format('%s, %s', doctor_name, clinic.name),
      'location', concat_ws(', ', clinic.name, clinic.address),
      'description', body,
      'organizer', sender_name, 'organizerEmail', reply_to, 'attendee', contact.full_name);
  end if;
  return next;
end
$$;

comment on function app_private.message_of(bigint, bigint) is
'A notification as it is to be sent now: channel, recipient (null when the clinic knows no address), subject, body, the key under which a provider knows a second delivery, sender''s name, reply address, calendar entry (confirmation, update, cancellation by e-mail), and for a webhook the secret to sign with. Times in the clinic''s zone, words in the customer''s language.';

revoke all on function app_private.message_of(bigint, bigint) from public;
--! EndIncluded notification/message_of.sql
--! Included notification/deliver_to_database.sql
create or replace function app_private.deliver_to_database(
  clinic_id bigint, notification_id bigint, recipient text, subject text, body text,
  channel text default 'email', sender_name text default null, calendar text default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  insert into app_private.messages (clinic_id, notification_id, generation, recipient, subject, body, channel, sender_name, calendar)
  select n.clinic_id, n.id, n.generation, deliver_to_database.recipient, deliver_to_database.subject, deliver_to_database.body,
    deliver_to_database.channel, deliver_to_database.sender_name, deliver_to_database.calendar
  from app_public.notifications n
  where n.clinic_id = deliver_to_database.clinic_id and n.id = deliver_to_database.notification_id
  -- The notification is the idempotency key, as with a real provider: a second delivery after a crash leaves one message.
  on conflict on constraint a_notification_is_delivered_once do nothing;
end
$$;

comment on function app_private.deliver_to_database(bigint, bigint, text, text, text, text, text, text) is
'The development transport: a message lands in app_private.messages, where a developer reads it with psql.';

revoke all on function app_private.deliver_to_database(bigint, bigint, text, text, text, text, text, text) from public;
--! EndIncluded notification/deliver_to_database.sql
--! Included notification/notification_sent.sql
create or replace function app_private.notification_sent(clinic_id bigint, notification_id bigint, provider_reference text default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  sent app_public.notifications;
begin
  -- Whatever the state has become meanwhile (a booking cancelled while its confirmation went out): it was sent.
  update app_public.notifications n set state = 'sent', sent_at = now(), last_error = null, dropped_because = null
  where n.clinic_id = notification_sent.clinic_id and n.id = notification_sent.notification_id
  returning n.* into sent;
  update app_private.delivery_attempts da
  set ended_at = now(), outcome = 'sent', provider_reference = notification_sent.provider_reference
  where da.clinic_id = sent.clinic_id and da.notification_id = sent.id and da.generation = sent.generation and da.attempt = sent.attempts;
  perform app_private.count_delivery(sent.channel, 'sent') where sent.id is not null;
end
$$;

comment on function app_private.notification_sent(bigint, bigint, text) is
'Records that a claimed notification was handed to its transport, and what the provider calls it.';

revoke all on function app_private.notification_sent(bigint, bigint, text) from public;
--! EndIncluded notification/notification_sent.sql
--! Included notification/notification_failed.sql
create or replace function app_private.notification_failed(clinic_id bigint, notification_id bigint, error text, code text default null)
returns app_public.notification_state
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  failed app_public.notifications;
begin
  update app_public.notifications n
  set last_error = left(notification_failed.error, 1000),
      state = case when n.state = 'pending' and (n.attempts >= ch.most_attempts
        or coalesce(app_private.is_permanent_failure(n.channel, notification_failed.code), false)) then 'dead' else n.state end
  from app_private.channels ch
  where n.clinic_id = notification_failed.clinic_id and n.id = notification_failed.notification_id and ch.channel = n.channel
  returning n.* into failed;
  update app_private.delivery_attempts da
  set ended_at = now(), outcome = 'failed', error_code = notification_failed.code, error = left(notification_failed.error, 1000)
  where da.clinic_id = failed.clinic_id and da.notification_id = failed.id and da.generation = failed.generation
    and da.attempt = failed.attempts and da.outcome is null;
  perform app_private.count_delivery(failed.channel, 'failed') where failed.id is not null;
  perform app_private.count_delivery(failed.channel, 'dead') where failed.state = 'dead';
  return failed.state;
end
$$;

comment on function app_private.notification_failed(bigint, bigint, text, text) is
'Records why a claimed notification could not be sent, with the provider''s code if there was one. It is tried again when its claim runs out (30 s, doubling); when the code says never, or after the last attempt (the eighth, about an hour), it is dead and stays to be seen. Returns its state.';

revoke all on function app_private.notification_failed(bigint, bigint, text, text) from public;
--! EndIncluded notification/notification_failed.sql
--! Included notification/publish_events.sql
create or replace function app_private.publish_events(batch int default 5000) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  -- Events are read in the order of their transactions, and only up to the oldest one still running: ids are drawn before the commit,
  -- so "every id above the last" would lose the event of a transaction that drew early and commits late.
  horizon xid8 := pg_snapshot_xmin(pg_current_snapshot());
  published app_private.event_publication;
  seen int;
begin
  -- One publisher at a time; a second does not wait.
  select p.* into published from app_private.event_publication p for update skip locked;
  if not found then
    return 0;
  end if;
  if published.transaction_id > horizon then
    -- The database was restored into a cluster that counts transactions anew. What was written before is history.
    update app_private.event_publication p set transaction_id = horizon, event_id = 0;
    return 0;
  end if;

  with fresh as materialized (
    select e.clinic_id, e.id, e.transaction_id from app_public.events e
    where (e.transaction_id, e.id) > (published.transaction_id, published.event_id) and e.transaction_id < horizon
    order by e.transaction_id, e.id limit batch
  ), chunked as (
    -- A NOTIFY carries 8000 bytes at most: 300 ids of 19 digits fit.
    select f.clinic_id, f.id, (row_number() over (partition by f.clinic_id order by f.id) - 1) / 300 as chunk from fresh f
  ), notified as (
    select pg_notify('medislot:clinic:' || c.clinic_id, jsonb_build_object('eventIds', jsonb_agg(c.id::text order by c.id))::text)
    from chunked c group by c.clinic_id, c.chunk
  ), moved as (
    update app_private.event_publication p set transaction_id = l.transaction_id, event_id = l.id
    from (select f.transaction_id, f.id from fresh f order by f.transaction_id desc, f.id desc limit 1) l
  )
  -- Counted, because a CTE is computed only as far as it is read, and every row of this one is a NOTIFY.
  select (select count(*) from fresh) into seen from (select count(*) from notified) n;
  return seen;
end
$$;

comment on function app_private.publish_events(int) is
'Tells listeners of up to `batch` new events: one NOTIFY per clinic (and 300 events) on channel medislot:clinic:<clinic id>, payload {"eventIds": […]}. Returns how many events. A NOTIFY in each booking''s transaction would halve the throughput, because its commit takes a lock of the whole database. Called by the job publish_events.';

revoke all on function app_private.publish_events(int) from public;
--! EndIncluded notification/publish_events.sql
--! Included notification/clinic_changes.sql
create or replace function app_hidden.clinic_changes(
  clinic_id bigint, event_ids bigint[], slot_date date default null, out seen_event_ids bigint[], out booking_slot_ids bigint[])
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Asked again for each notification: who is sent away in between learns nothing more.
  perform app_private.require_clinic_role(clinic_changes.clinic_id, 'staff');
  select array_agg(e.id order by e.id), array_agg(distinct e.booking_slot_id)
    into seen_event_ids, booking_slot_ids
  from app_public.events e
  join app_public.booking_slots bs on bs.clinic_id = e.clinic_id and bs.id = e.booking_slot_id
  where e.clinic_id = clinic_changes.clinic_id and e.id = any (clinic_changes.event_ids)
    and (clinic_changes.slot_date is null or bs.slot_date = clinic_changes.slot_date);
end
$$;

comment on function app_hidden.clinic_changes(bigint, bigint[], date) is
'Which of some events of a clinic are of slots on a local date (null for any), and which slots those are; nulls when none. For the subscription clinicDay, which gets the ids from publish_events. Refuses (unauthenticated, forbidden) who does not work in the clinic.';

revoke all on function app_hidden.clinic_changes(bigint, bigint[], date) from public;
grant execute on function app_hidden.clinic_changes(bigint, bigint[], date) to app_anonymous;
--! EndIncluded notification/clinic_changes.sql

create trigger booking_slots_change_as_allowed before update on app_public.booking_slots
  for each row when (NEW.status is distinct from OLD.status) execute function app_private.check_transition('booking_slot');
create trigger bookings_change_as_allowed before update on app_public.bookings
  for each row when (NEW.status is distinct from OLD.status) execute function app_private.check_transition('booking');
create trigger bookings_are_at_their_slots_time before insert or update of booking_slot_id, doctor_id, slot_date, during on app_public.bookings
  for each row execute function app_private.fill_booking_from_slot();
create trigger bookings_count_their_versions before update on app_public.bookings
  for each row execute function app_hidden.bump_row_version();
create trigger bookings_stay_their_customers before update on app_public.bookings
  for each row when ((NEW.clinic_id, NEW.id, NEW.customer_id) is distinct from (OLD.clinic_id, OLD.id, OLD.customer_id))
  execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'customer_id');
create trigger notifications_stay_with_their_booking before update of clinic_id, id, booking_id, customer_id on app_public.notifications
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'booking_id', 'customer_id');
create trigger events_are_never_changed before update or delete on app_public.events
  for each row execute function app_private.refuse_change_of_history();
create trigger events_are_never_emptied before truncate on app_public.events
  for each statement execute function app_private.refuse_change_of_history();
create constraint trigger booked_slots_have_a_booking after insert or update on app_public.booking_slots
  deferrable initially deferred
  for each row when (NEW.status = 'booked') execute function app_private.require_booking_of_booked_slot();
create constraint trigger ended_bookings_free_their_slot after update of status, booking_slot_id or delete on app_public.bookings
  deferrable initially deferred
  for each row when (OLD.status <> 'cancelled') execute function app_private.require_booking_of_booked_slot();
-- The customer too: an expired hold that another customer takes over stays held.
create trigger slot_changes_are_events after update on app_public.booking_slots
  for each row when ((NEW.status, NEW.customer_id) is distinct from (OLD.status, OLD.customer_id)) execute function app_private.record_slot_event();
create trigger new_slots_are_events after insert on app_public.booking_slots
  referencing new table as made for each statement execute function app_private.record_new_slots();
create trigger new_bookings_are_events after insert on app_public.bookings
  for each row execute function app_private.record_booking_event();
create trigger booking_changes_are_events after update on app_public.bookings
  for each row when ((NEW.status, NEW.booking_slot_id) is distinct from (OLD.status, OLD.booking_slot_id))
  execute function app_private.record_booking_event();

create policy customers_see_their_bookings on app_public.bookings for select to app_customer using (customer_id = app_hidden.current_customer_id());
create policy staff_see_their_bookings on app_public.bookings for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy admins_see_everything on app_public.bookings for select to app_admin using (true);
grant select on app_public.bookings to app_customer;

create policy customers_see_their_history on app_public.events for select to app_customer using (customer_id = app_hidden.current_customer_id());
create policy staff_see_their_events on app_public.events for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy admins_see_everything on app_public.events for select to app_admin using (true);
grant select (clinic_id, id, occurred_at, entity, booking_slot_id, booking_id, customer_id, from_state, to_state, reason, actor) on app_public.events to app_customer;
grant select (actor_account_id) on app_public.events to app_staff;

create policy customers_see_their_notifications on app_public.notifications for select to app_customer using (customer_id = app_hidden.current_customer_id());
create policy staff_see_their_notifications on app_public.notifications for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy admins_see_everything on app_public.notifications for select to app_admin using (true);
grant select on app_public.notifications to app_customer;
