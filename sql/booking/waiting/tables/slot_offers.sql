create table app_public.slot_offers (
  clinic_id bigint not null,
  id bigint generated always as identity,
  waiting_id bigint not null,
  customer_id bigint not null,
  booking_slot_id bigint not null,
  slot_ids bigint[] not null,
  head_start tstzrange not null,
  lasts_until timestamptz not null,
  state app_public.offer_state not null default 'offered',
  offered_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  constraint slot_offers_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint slot_offers_are_to_a_waiting_entry foreign key (clinic_id, waiting_id)
    references app_public.waiting_list (clinic_id, id) on delete cascade,
  constraint slot_offers_are_of_a_slot foreign key (clinic_id, booking_slot_id)
    references app_public.booking_slots (clinic_id, id) on delete cascade,
  -- Deferred, because the later head starts are moved forward in one update when a patient declines.
  constraint one_waiter_at_a_time_has_the_head_start
    exclude using gist (clinic_id with =, booking_slot_id with =, head_start with &&) where (state = 'offered')
    deferrable initially deferred,
  -- A constraint on time ranges, because an offer ends by its time: until then the entry is not offered another time.
  constraint a_waiter_has_one_offer_at_a_time
    exclude using gist (clinic_id with =, waiting_id with =, tstzrange(offered_at, lasts_until) with &&)
    where (state = 'offered') deferrable initially deferred,
  constraint offered_slots_begin_with_the_first check (slot_ids[1] = booking_slot_id),
  constraint head_starts_have_both_ends
    check (lower_inc(head_start) and not upper_inc(head_start) and not upper_inf(head_start)),
  constraint offers_last_as_long_as_their_head_start check (upper(head_start) <= lasts_until),
  constraint ended_offers_say_when check ((state = 'offered') = (ended_at is null))
);

comment on table app_public.slot_offers is
$c$Times that were freed and offered to customers on the waiting list. Each has a head start, one after the other.
From the beginning of a head start on, its customer may take the time until somebody has taken it; after the last head
start anyone may. Until then the slots are held without a customer.
@foreignKey (clinic_id) references app_public.clinics (id)
@foreignKey (customer_id) references app_public.customers (id)$c$;
comment on column app_public.slot_offers.booking_slot_id is 'The first slot of the visit.';
comment on column app_public.slot_offers.slot_ids is 'All slots of the visit, in order of time.';
comment on column app_public.slot_offers.head_start is
'From its beginning on the customer can take the time. Until its end, customers whose head start is later cannot.';
comment on column app_public.slot_offers.lasts_until is
'The end of the last head start on this time: booking_slots.held_until. After it anyone can take it.';

create index slot_offers_of_a_slot on app_public.slot_offers (clinic_id, booking_slot_id);
create index slot_offers_of_an_entry on app_public.slot_offers (clinic_id, waiting_id);
create index slot_offers_of_a_customer on app_public.slot_offers (customer_id);
-- Few: an offer lasts some hours.
create index live_slot_offers on app_public.slot_offers (clinic_id) where state = 'offered';

alter table app_public.slot_offers enable row level security;
create policy customers_see_their_slot_offers on app_public.slot_offers
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()));
create policy staff_see_their_slot_offers on app_public.slot_offers
  for select to app_staff using (clinic_id = any ((select app_hidden.staff_clinic_ids())::bigint[]));
create policy admins_see_everything on app_public.slot_offers for select to app_admin using (true);
grant select on app_public.slot_offers to app_customer;

create trigger slot_offers_stay_what_they_are before update on app_public.slot_offers
  for each row
  execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'waiting_id', 'customer_id', 'booking_slot_id',
    'slot_ids');
