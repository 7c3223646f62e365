create table app_public.services (
  clinic_id bigint not null,
  id bigint generated always as identity,
  -- Set by a trigger to the last place; reorder_services changes it.
  position int not null,
  name text not null,
  names jsonb not null default '{}',
  preparation text,
  preparations jsonb not null default '{}',
  -- Null: one slot, however long it is. So a clinic can name what its slots are for and keep its grid as it is.
  duration interval,
  buffer_before interval not null default '0',
  buffer_after interval not null default '0',
  start_every interval,
  mode app_public.visit_mode not null default 'in_person',
  specialization_id bigint,
  bookable_by app_public.service_booker not null default 'everyone',
  patients app_public.service_patients not null default 'all',
  lead_time interval,
  horizon interval,
  cancellation_cutoff interval,
  is_active boolean not null default true,
  -- Set by a trigger of billing.prices, so that booking a service without a price reads no prices.
  is_priced boolean not null default false,
  -- Set by a trigger of service_needs, so that booking a service without needs reads no resources.
  takes_resources boolean not null default false,
  active_service_id bigint generated always as (case when is_active then id end) stored,
  row_version int not null default 1,
  created_at timestamptz not null default now(),
  constraint services_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint active_services_can_be_referred_to unique (clinic_id, active_service_id),
  constraint services_of_a_clinic_are_unique_by_name unique (clinic_id, name),
  constraint services_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id),
  constraint services_are_of_a_known_specialization
    foreign key (specialization_id) references app_public.specializations (id),
  constraint services_have_a_name check (app_hidden.require_line(name, 'name', 100)),
  constraint names_of_services_are_texts_by_language check (app_hidden.are_texts_by_language(names)),
  constraint names_of_services_can_be_seen check (app_hidden.require_names(names, 'names', 100)),
  constraint preparations_are_short check (app_hidden.require_prose(preparation, 'preparation', 2000)),
  constraint preparations_are_texts_by_language check (app_hidden.are_texts_by_language(preparations)),
  constraint preparations_are_short_in_every_language
    check (app_hidden.require_prose_by_language(preparations, 'preparations', 2000)),
  constraint service_lengths_are_whole_minutes_of_a_day_at_most
    check (duration between '1 minute' and '24 hours' and extract(second from duration) = 0),
  constraint buffers_are_whole_minutes_of_four_hours_at_most check (
    buffer_before between '0' and '4 hours' and extract(second from buffer_before) = 0
    and buffer_after between '0' and '4 hours' and extract(second from buffer_after) = 0),
  -- A visit that takes one slot, however long it is, has no length to which something could be added.
  constraint buffers_belong_to_services_with_a_length
    check (duration is not null or (buffer_before = '0' and buffer_after = '0')),
  constraint starts_are_every_few_minutes_of_a_day
    check (start_every between '1 minute' and '24 hours' and extract(second from start_every) = 0),
  constraint lead_times_of_services_are_not_negative check (lead_time between '0' and '365 days'),
  constraint horizons_of_services_lie_ahead check (horizon > '0' and horizon <= '800 days'),
  constraint cancellation_cutoffs_of_services_are_not_negative check (cancellation_cutoff between '0' and '365 days')
);

comment on table app_public.services is
'The services that a clinic offers, such as a first visit of 60 minutes or a check of 15. A clinic without services '
'books one slot for each visit.';
comment on column app_public.services.position is 'The place in the clinic''s list of services.';
comment on column app_public.services.names is
'The name in other languages, by two-letter code: {"de": "Erstgespräch"}. For other languages `name` is shown.';
comment on column app_public.services.preparation is 'What patients bring to the visit, or do before it.';
comment on column app_public.services.preparations is 'The same in other languages, as in `names`.';
comment on column app_public.services.duration is
'How long the visit takes; it occupies adjoining slots. Null: one slot, however long it is.';
comment on column app_public.services.buffer_before is
'Time of the doctor before the visit, which is occupied as well. Messages and calendars give the visit without it.';
comment on column app_public.services.buffer_after is 'The same after the visit.';
comment on column app_public.services.start_every is
'Visits start only at multiples of this after midnight, in the clinic''s local time: 1 hour means on the full hour. '
'Null: whenever a slot starts.';
comment on column app_public.services.specialization_id is 'The specialization of the service, for the search.';
comment on column app_public.services.bookable_by is 'Who may book it. The desk may book every service.';
comment on column app_public.services.patients is
'The patients who may book it: all, new ones (no visit yet), or those who return. The desk is not bound.';
comment on column app_public.services.lead_time is 'As in the clinic''s policy, which applies when this is null.';
comment on column app_public.services.horizon is 'As in the clinic''s policy, which applies when this is null.';
comment on column app_public.services.cancellation_cutoff is
'As in the clinic''s policy, which applies when this is null.';
comment on column app_public.services.is_active is
'False: it cannot be booked or chosen any more. Bookings of it stay.';
comment on column app_public.services.takes_resources is
'Whether its visits take rooms or equipment: set_service_needs says which.';
comment on column app_public.services.is_priced is 'Whether the clinic has set a price for it, at any time.';

create index services_of_a_clinic_in_order on app_public.services (clinic_id, position, is_active);
create index services_of_a_specialization on app_public.services (specialization_id);
create index services_by_id on app_public.services (id);

alter table app_public.services enable row level security;
-- Inactive services as well: a patient's booking keeps its name.
create policy everybody_sees_services on app_public.services for select to app_anonymous using (true);
create policy managers_add_services on app_public.services
  for insert to app_staff with check (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_edit_services on app_public.services
  for update to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.services for all to app_admin using (true);
grant select on app_public.services to app_anonymous;
grant insert (clinic_id, name, names, preparation, preparations, duration, buffer_before, buffer_after, start_every,
    mode, specialization_id, bookable_by, patients, lead_time, horizon, cancellation_cutoff),
    update (name, names, preparation, preparations, duration, buffer_before, buffer_after, start_every, mode,
    specialization_id, bookable_by, patients, lead_time, horizon, cancellation_cutoff, is_active, row_version)
    on app_public.services to app_staff;

create trigger new_services_come_last before insert on app_public.services
  for each row when (NEW.position is null) execute function app_private.place_service_last();
create trigger services_count_their_versions before update on app_public.services
  for each row execute function app_hidden.bump_row_version();
create trigger services_stay_in_their_clinic before update on app_public.services
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id');
create trigger changes_of_services_are_noted
  after insert or update or delete or truncate on app_public.services
  for each statement execute function app_private.note_catalogue_change();
