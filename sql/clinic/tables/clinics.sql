-- ActiveEntityId: a generated column contains the id while the row is active and null otherwise. Children that need an
-- active parent refer to it. So an inactive clinic cannot have an active doctor, and an inactive doctor cannot have an
-- open slot.
create table app_public.clinics (
  id bigint generated always as identity,
  name text not null,
  time_zone text not null,
  address text,
  email app_public.email_address,
  phone text,
  is_active boolean not null default true,
  active_clinic_id bigint generated always as (case when is_active then id end) stored,
  row_version int not null default 1,
  created_at timestamptz not null default now(),
  -- Whether an operator deactivated the clinic. Then only an operator can activate it again.
  closed_by_operator boolean not null default false,
  country text,
  search_key text generated always as (app_hidden.search_key(name)) stored,
  constraint clinics_are_identified_by_id primary key (id),
  -- Both columns, so that children refer to (id, active id) and the key contains the clinic's id, by which data may be
  -- sharded.
  constraint active_clinics_can_be_referred_to unique (id, active_clinic_id),
  constraint clinics_have_a_name check (app_hidden.require_line(name, 'name', 200)),
  constraint clinic_addresses_and_phones_are_short
    check (app_hidden.require_prose(address, 'address', 500) and app_hidden.require_line(phone, 'phone', 50)),
  constraint clinics_are_in_a_known_country foreign key (country) references app_private.phone_plans (country)
);

comment on table app_public.clinics is 'A clinic. It owns its doctors, shifts, slots and bookings.';
comment on column app_public.clinics.time_zone is
'IANA name, such as Europe/Berlin. All local dates and times of the clinic are in this zone.';
comment on column app_public.clinics.is_active is 'Set to false by deactivate_clinic.';
comment on column app_public.clinics.row_version is
'Counts changes. Send the version that was read with an update; an outdated version is refused.';
comment on column app_public.clinics.closed_by_operator is
'Whether an administrator or a DBA deactivated the clinic. Only they can activate it again. A clinic that its '
'managers deactivated can be activated by its managers.';
comment on column app_public.clinics.country is
'ISO 3166-1, two letters, such as DE. Phone numbers in national form are read as numbers of this country. The default '
'is the country of the time zone.';
comment on column app_public.clinics.search_key is 'The text that find_clinics searches: app_hidden.search_key.';

-- Clinics are found by a part of their name and listed by name. The API filters and orders by indexed columns only.
create index clinics_by_name on app_public.clinics (name);
-- The search for slots prefers clinics near the caller, and finds them by time zone.
create index clinics_by_time_zone on app_public.clinics (time_zone);
comment on index app_public.clinics_by_time_zone is
'For app_private.zones_at_distance, which goes from one zone to the next, and for the clinics of given zones.';
create index clinics_by_key on app_public.clinics
  using gin (search_key public.gin_trgm_ops) with (gin_pending_list_limit = 256);

alter table app_public.clinics enable row level security;
create policy everybody_sees_active_clinics on app_public.clinics for select to app_anonymous using (is_active);
create policy staff_see_their_clinics on app_public.clinics
  for select to app_staff using (id = any ((select app_hidden.staff_clinic_ids())::bigint[]));
create policy managers_edit_their_clinics on app_public.clinics
  for update to app_staff using (id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.clinics for all to app_admin using (true);
grant select (id, name, time_zone, address, email, phone, is_active, active_clinic_id, row_version, created_at,
    country)
    on app_public.clinics to app_anonymous;
grant select (closed_by_operator),
    update (name, time_zone, address, email, phone, is_active, row_version, country)
    on app_public.clinics to app_staff;
grant select (country),
    insert (name, time_zone, address, email, phone, country),
    update (country)
    on app_public.clinics to app_admin;

create trigger clinics_start_with_a_policy after insert on app_public.clinics
  for each row execute function app_private.create_policy_of_new_clinic();
create trigger clinics_have_an_iana_time_zone before insert on app_public.clinics
  for each row execute function app_private.check_time_zone();
create trigger clinics_change_to_an_iana_time_zone before update on app_public.clinics
  for each row when (NEW.time_zone is distinct from OLD.time_zone)
  execute function app_private.check_time_zone();
create trigger clinics_count_their_versions before update on app_public.clinics
  for each row execute function app_hidden.bump_row_version();
create trigger clinics_start_with_notification_rules after insert on app_public.clinics
  for each row execute function app_private.create_rules_of_new_clinic();
create trigger clinics_are_opened_by_whom_they_were_closed before update on app_public.clinics
  for each row when (NEW.is_active is distinct from OLD.is_active
    or NEW.closed_by_operator is distinct from OLD.closed_by_operator)
  execute function app_private.record_who_closed_clinic();
create trigger free_slots_follow_their_clinics_time_zone after update of time_zone on app_public.clinics
  for each row when (NEW.time_zone is distinct from OLD.time_zone)
  execute function app_private.move_slots_to_new_zone();
create trigger clinics_are_in_the_country_of_their_time_zone before insert or update on app_public.clinics
  for each row when (NEW.country is null) execute function app_private.fill_country();
create trigger numbers_are_read_by_the_country after update of country on app_public.clinics
  for each row when (NEW.country is distinct from OLD.country) execute function app_private.reread_phones();
create trigger changes_of_clinics_are_noted
  after insert or update or delete or truncate on app_public.clinics
  for each statement execute function app_private.note_catalogue_change();
