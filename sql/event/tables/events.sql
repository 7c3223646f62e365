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
  -- When the row was written. occurred_at is the start of its transaction, which may have waited for another one, so it
  -- does not give the order of a slot's events.
  recorded_at timestamptz default clock_timestamp(),
  head_slot_id bigint,
  constraint events_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint events_are_of_slots_and_bookings
    check (entity = case when booking_id is null then 'booking_slot' else 'booking' end),
  constraint actors_are_known check (actor = any ('{customer,staff,admin,system}')),
  constraint reasons_of_events_are_short check (app_hidden.require_reason(reason))
);

comment on table app_public.events is
$c$The history of slots and bookings: who changed what, when and why. Rows are only added; applied in the order of
recorded_at, then id, they give the present state.
@foreignKey (clinic_id) references app_public.clinics (id)
@foreignKey (clinic_id, booking_slot_id) references app_public.booking_slots (clinic_id, id)
@foreignKey (clinic_id, booking_id) references app_public.bookings (clinic_id, id)$c$;
comment on column app_public.events.occurred_at is
'When its transaction began: the same for all events of a transaction.';
comment on column app_public.events.from_state is 'The status before; null for a new slot or booking.';
comment on column app_public.events.to_state is
'The status after. A rescheduled booking goes from booked to booked, with another booking_slot_id; a booking that gets '
'another room keeps its status and its slot; an expired hold that another customer takes over goes from held to held.';
comment on column app_public.events.actor is
'The role in which the caller acted: customer, staff, admin, or system (jobs and DBAs). A customer without an '
'actor_account_id acted through the link of a message.';
comment on column app_public.events.transaction_id is
'The transaction that recorded it, for readers that must not miss an event that is committed late.';
comment on column app_public.events.recorded_at is
'When the row was written, a moment before its commit; null in events from before this column existed.';
comment on column app_public.events.head_slot_id is
'The first slot of the visit that the slot then continued; null for the first slot itself and in events of bookings.';

-- read in the order of transactions by app_private.publish_events
create index events_by_transaction on app_public.events (transaction_id, id);
-- Half of each page is left free: slots are made in the order of this index, and each booking then adds two entries.
create index events_of_a_slot on app_public.events (clinic_id, booking_slot_id, id) with (fillfactor = 50);
create index events_of_a_booking on app_public.events (clinic_id, booking_id, id) where booking_id is not null;
create index events_of_a_customer on app_public.events (customer_id, id) where customer_id is not null;

alter table app_public.events enable row level security;
create policy customers_see_their_history on app_public.events
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()));
create policy staff_see_their_events on app_public.events
  for select to app_staff using (clinic_id = any ((select app_hidden.staff_clinic_ids())::bigint[]));
create policy admins_see_everything on app_public.events for select to app_admin using (true);
grant select (clinic_id, id, occurred_at, entity, booking_slot_id, booking_id, customer_id, from_state, to_state,
    reason, actor, recorded_at, head_slot_id)
    on app_public.events to app_customer;
grant select (actor_account_id) on app_public.events to app_staff;

create trigger events_are_never_emptied before truncate on app_public.events
  for each statement execute function app_private.refuse_change_of_history();
create trigger events_are_never_changed before update or delete on app_public.events
  for each row execute function app_private.refuse_change_of_history('reason');
