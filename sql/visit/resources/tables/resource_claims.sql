create table app_public.resource_claims (
  clinic_id bigint not null,
  id bigint generated always as identity,
  resource_id bigint not null,
  need int not null,
  booking_id bigint,
  customer_id bigint,
  during tstzrange not null,
  -- Of a hold: the first slot that is held, and until when. The claim counts as long as that slot is held until this
  -- very moment, so that nothing has to be done here when a hold ends, by its time or otherwise.
  held_slot_id bigint,
  held_until timestamptz,
  constraint resource_claims_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint a_visit_takes_one_resource_for_each_need unique (clinic_id, booking_id, need),
  constraint claims_of_a_resource_never_overlap
    exclude using gist (clinic_id with =, resource_id with =, during with &&),
  constraint claims_are_on_a_resource foreign key (clinic_id, resource_id)
    references app_public.resources (clinic_id, id),
  constraint claims_are_of_a_booking foreign key (clinic_id, booking_id)
    references app_public.bookings (clinic_id, id) on delete cascade,
  constraint claims_are_of_a_held_slot foreign key (clinic_id, held_slot_id)
    references app_public.booking_slots (clinic_id, id) on delete cascade,
  constraint claims_are_of_a_booking_or_of_a_hold
    check (num_nonnulls(booking_id, customer_id) = case when held_slot_id is null then 2 else 0 end
      and (held_slot_id is null) = (held_until is null))
);

comment on table app_public.resource_claims is
$c$Which rooms and equipment a booking has, and when: written with the booking by a trigger. A cancelled booking has
none.
@foreignKey (customer_id) references app_public.customers (id)|@backwardBehavior -*$c$;
comment on column app_public.resource_claims.need is
'The need of the service that the resource meets, as in service_needs.';
comment on column app_public.resource_claims.booking_id is 'Null: it is kept for a hold.';
comment on column app_public.resource_claims.during is
'The time of the visit without buffers, and the turnover of the resource after it.';
comment on column app_public.resource_claims.held_slot_id is '@behavior -*';
comment on column app_public.resource_claims.held_until is '@behavior -*';
comment on constraint claims_are_of_a_held_slot on app_public.resource_claims is '@behavior -*';

create index claims_of_a_held_slot on app_public.resource_claims (clinic_id, held_slot_id)
  where held_slot_id is not null;

alter table app_public.resource_claims enable row level security;
create policy customers_see_their_resource_claims on app_public.resource_claims
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()));
create policy staff_see_their_resource_claims on app_public.resource_claims
  for select to app_staff using (clinic_id = any ((select app_hidden.staff_clinic_ids())::bigint[]));
create policy admins_see_everything on app_public.resource_claims for select to app_admin using (true);
grant select (clinic_id, id, resource_id, need, booking_id, customer_id, during)
    on app_public.resource_claims to app_customer;

create trigger resource_claims_stay_what_they_are before update on app_public.resource_claims
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'booking_id', 'held_slot_id');
create trigger resource_claims_take_the_time_of_their_visit before insert or update on app_public.resource_claims
  for each row when (NEW.booking_id is not null) execute function app_private.fill_resource_claim();
create constraint trigger a_visit_has_what_its_service_needs after update or delete on app_public.resource_claims
  deferrable initially deferred
  for each row when (OLD.booking_id is not null) execute function app_private.require_resources_of_visit();
