--! Previous: sha1:16da44c3d76ce9f23a6fc036d3b1d5cc8d357b92
--! Hash: sha1:5cd88817edf368f51f4737231ab15c1288b17b0f
--! Message: schedule

create table app_public.time_slots (
  clinic_id bigint not null,
  id bigint generated always as identity,
  name text not null,
  start_time time(0) not null,
  end_time time(0) not null,
  is_active boolean not null default true,
  row_version int not null default 1,
  constraint time_slots_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint time_slots_of_a_clinic_are_unique_by_name unique (clinic_id, name),
  constraint time_slots_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id),
  constraint time_slots_have_a_length check (start_time <> end_time),
  -- 24:00 would be a start on the day after.
  constraint time_slots_start_within_their_day check (start_time < '24:00'),
  constraint time_slots_begin_and_end_on_the_minute check (extract(second from start_time) = 0 and extract(second from end_time) = 0),
  constraint time_slots_have_a_name check (btrim(name) <> '' and char_length(name) <= 100)
);
comment on table app_public.time_slots is 'A clinic''s unit of time: one appointment''s place in a day. Moving one moves its templates, not the slots already made.';
comment on column app_public.time_slots.start_time is 'By the clinic''s clock.';
comment on column app_public.time_slots.end_time is 'By the clinic''s clock; not after start_time means on the next day.';
alter table app_public.time_slots enable row level security;

create table app_public.doctor_slot_templates (
  clinic_id bigint not null,
  id bigint generated always as identity,
  doctor_id bigint not null,
  time_slot_id bigint not null,
  weekday int not null,
  valid_from date,
  valid_until date,
  -- Computed before the checks are, so dates in the wrong order must not fail here already, with an error that is nobody's refusal.
  validity daterange not null generated always as (
    case when valid_until < valid_from then 'empty' else daterange(valid_from, valid_until, '[]') end) stored,
  -- Set by a trigger from the time slot, so that the exclusion constraint can compare it.
  week_minutes int4multirange not null,
  row_version int not null default 1,
  constraint templates_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint templates_belong_to_a_doctor foreign key (clinic_id, doctor_id) references app_public.doctors (clinic_id, id),
  constraint templates_name_a_time_slot foreign key (clinic_id, time_slot_id) references app_public.time_slots (clinic_id, id),
  constraint template_weekdays_are_iso check (weekday between 1 and 7),
  constraint templates_are_valid_for_a_day_at_least check (valid_from <= valid_until),
  constraint templates_of_a_doctor_never_overlap
    exclude using gist (clinic_id with =, doctor_id with =, week_minutes with &&, validity with &&)
);
create index on app_public.doctor_slot_templates (clinic_id, time_slot_id);
comment on table app_public.doctor_slot_templates is 'A doctor''s default availability: this time slot, on this weekday, between these dates.';
comment on column app_public.doctor_slot_templates.weekday is 'ISO: 1 is Monday, 7 Sunday. A time slot across midnight belongs to the day it starts on.';
comment on column app_public.doctor_slot_templates.valid_from is 'First local date; null is since ever.';
comment on column app_public.doctor_slot_templates.valid_until is 'Last local date, inclusive; null is for good.';
alter table app_public.doctor_slot_templates enable row level security;

create type app_public.slot_status as enum ('open', 'held', 'booked', 'withdrawn');
comment on type app_public.slot_status is 'Whether a slot is free (open), kept for somebody for some minutes (held), booked, or taken out of the calendar (withdrawn).';
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
  -- ActiveEntityId, twice: what needs an active doctor, and what a live booking may hang on.
  open_doctor_id bigint generated always as (case when status in ('open', 'held') then doctor_id end) stored,
  booked_slot_id bigint generated always as (case when status = 'booked' then id end) stored,
  row_version int not null default 1,
  created_at timestamptz not null default now(),
  constraint booking_slots_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint booking_slots_are_unique_by_doctor_time_slot_and_date unique (clinic_id, doctor_id, time_slot_id, slot_date),
  -- The rule itself, and the dearest index: it stays as long as bookings are not shown to be bound by it.
  constraint booking_slots_of_a_doctor_never_overlap
    exclude using gist (clinic_id with =, doctor_id with =, during with &&) where (status <> 'withdrawn'),
  constraint booked_slots_can_be_referred_to unique (clinic_id, booked_slot_id),
  constraint booking_slots_belong_to_a_doctor foreign key (clinic_id, doctor_id) references app_public.doctors (clinic_id, id),
  constraint open_slots_belong_to_an_active_doctor foreign key (clinic_id, open_doctor_id)
    references app_public.doctors (clinic_id, active_doctor_id),
  constraint booking_slots_fill_a_time_slot foreign key (clinic_id, time_slot_id) references app_public.time_slots (clinic_id, id),
  constraint booking_slots_have_one_customer_or_none foreign key (customer_id) references app_public.customers (id),
  constraint held_and_booked_slots_have_their_customer check ((status in ('held', 'booked')) = (customer_id is not null)),
  constraint holds_have_an_end check ((status = 'held') = (held_until is not null)),
  constraint booking_slots_have_a_beginning_and_an_end check (
    not isempty(during) and not lower_inf(during) and not upper_inf(during) and lower_inc(during) and not upper_inc(during))
);
-- Each index makes a booking about 5 % dearer, since a changed status touches them all. What each is for:
-- a doctor's next free slots (held ones are few, and may have expired)
create index free_slots_of_a_doctor_by_time on app_public.booking_slots (clinic_id, doctor_id, starts_at, id) where status in ('open', 'held');
-- a clinic's next free slots
create index free_slots_of_a_clinic_by_time on app_public.booking_slots (clinic_id, starts_at, id) where status in ('open', 'held');
-- everybody's next free slots, by specialization
create index free_slots_by_time on app_public.booking_slots (starts_at, id) where status in ('open', 'held');
-- the desk's day, in every state
create index booking_slots_of_a_day on app_public.booking_slots (clinic_id, slot_date, starts_at);
-- a customer's holds, which count against the policy
create index holds_of_a_customer on app_public.booking_slots (clinic_id, customer_id) where status = 'held';
-- expired holds, for the tidying job
create index holds_by_end on app_public.booking_slots (held_until) where status = 'held';

comment on table app_public.booking_slots is
$c$Materialised availability: one appointment of a doctor on a day. No row means not available.
@foreignKey (clinic_id) references app_public.clinics (id)$c$;
comment on column app_public.booking_slots.slot_date is 'The clinic''s local date on which it starts.';
comment on column app_public.booking_slots.during is 'From and to, [), computed by app_hidden.local_range. Never changes: a slot that moves is another slot.';
comment on column app_public.booking_slots.customer_id is 'Who holds or has booked it.';
comment on column app_public.booking_slots.held_until is 'When the hold ends by itself. An expired hold counts as free.';
alter table app_public.booking_slots enable row level security;

create table app_public.slot_generation_runs (
  clinic_id bigint not null,
  id bigint generated always as identity,
  due_at timestamptz,
  from_date date not null,
  to_date date not null,
  slots_made int not null,
  templates_passed_over int not null,
  already_existing int not null,
  in_the_past int not null,
  skipped_local_times int not null,
  overlapping int not null,
  examples jsonb not null,
  ran_at timestamptz not null default now(),
  constraint generation_runs_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint a_due_generation_runs_once unique (clinic_id, due_at),
  constraint generation_runs_belong_to_a_clinic foreign key (clinic_id) references app_public.clinics (id),
  constraint every_template_passed_over_has_a_reason check (
    templates_passed_over = already_existing + in_the_past + skipped_local_times + overlapping)
);
comment on table app_public.slot_generation_runs is 'Every generation of slots: range, how many were made, how many templates passed over and why.';
comment on column app_public.slot_generation_runs.due_at is 'The scheduled time it ran for; null when somebody ran it by hand.';
comment on column app_public.slot_generation_runs.skipped_local_times is 'A clock change skips the time slot''s start or end on that date.';
comment on column app_public.slot_generation_runs.overlapping is 'Another slot of the doctor has that time.';
comment on column app_public.slot_generation_runs.examples is 'Up to 100 of those that somebody may want to look at: [{reason, doctorId, timeSlotId, slotDate}].';
alter table app_public.slot_generation_runs enable row level security;

--! Included schedule/week_minutes.sql
create or replace function app_hidden.week_minutes(weekday int, start_time time, end_time time) returns int4multirange
language sql immutable parallel safe strict
return (
  -- Monday 00:00 is 0, a week has 10080 minutes. What runs over Sunday midnight goes on at 0.
  select int4multirange(int4range(m.starts, least(m.ends, 10080)))
       + case when m.ends > 10080 then int4multirange(int4range(0, m.ends - 10080)) else '{}'::int4multirange end
  from (
    select s.starts, s.starts + ((extract(epoch from end_time) - extract(epoch from start_time))::int / 60 + 1440 - 1) % 1440 + 1 as ends
    from (select (weekday - 1) * 1440 + extract(epoch from start_time)::int / 60 as starts) s
  ) m
);

comment on function app_hidden.week_minutes(int, time, time) is
'Where a time slot lies in the week on an ISO weekday (1 is Monday), in minutes since Monday 00:00 local time; may cross midnight, and Sunday midnight.';

revoke all on function app_hidden.week_minutes(int, time, time) from public;
grant execute on function app_hidden.week_minutes(int, time, time) to app_anonymous;
--! EndIncluded schedule/week_minutes.sql
--! Included schedule/local_instant.sql
create or replace function app_hidden.local_instant(local_time timestamp, time_zone text) returns timestamptz
language plpgsql stable parallel safe strict set search_path = pg_catalog, pg_temp as $$
declare
  instant timestamptz := local_time at time zone time_zone;
  earlier timestamptz;
begin
  -- PostgreSQL moves a skipped local time to one that exists; going back shows it.
  if instant at time zone time_zone <> local_time then
    return null;
  end if;
  -- Of a local time that occurs twice PostgreSQL takes the second. The first is the same local time at the offset in force some hours
  -- before; three hours are more than any clock was ever put back by, and fewer than lie between two changes.
  earlier := (local_time at time zone 'UTC')
    - ((instant - interval '3 hours') at time zone time_zone - (instant - interval '3 hours') at time zone 'UTC');
  if earlier < instant and earlier at time zone time_zone = local_time then
    return earlier;
  end if;
  return instant;
end
$$;

comment on function app_hidden.local_instant(timestamp, text) is
'The instant of a local time in an IANA zone: null when a clock change skips it, the first when it occurs twice.';

revoke all on function app_hidden.local_instant(timestamp, text) from public;
grant execute on function app_hidden.local_instant(timestamp, text) to app_anonymous;
--! EndIncluded schedule/local_instant.sql
--! Included schedule/local_range.sql
create or replace function app_hidden.local_range(local_date date, start_time time, end_time time, time_zone text) returns tstzrange
language plpgsql stable parallel safe strict set search_path = pg_catalog, pg_temp as $$
declare
  starts timestamptz := app_hidden.local_instant(local_date + start_time, time_zone);
  ends timestamptz := app_hidden.local_instant(local_date + (end_time <= start_time)::int + end_time, time_zone);
begin
  if starts is null or ends is null or ends <= starts then
    return null;
  end if;
  return tstzrange(starts, ends, '[)');
end
$$;

comment on function app_hidden.local_range(date, time, time, text) is
'The instants that a local date and times mean in an IANA zone, as [start, end); an end not after the start lies on the next day. Null when a clock change skips the start or the end. The length is the real one: across a clock change it differs from the difference of the times. The one place where medislot turns local time into instants.';

revoke all on function app_hidden.local_range(date, time, time, text) from public;
grant execute on function app_hidden.local_range(date, time, time, text) to app_anonymous;
--! EndIncluded schedule/local_range.sql
--! Included schedule/set_template_week_minutes.sql
create or replace function app_private.set_template_week_minutes() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  select app_hidden.week_minutes(NEW.weekday, ts.start_time, ts.end_time) into NEW.week_minutes
  from app_public.time_slots ts where ts.clinic_id = NEW.clinic_id and ts.id = NEW.time_slot_id;
  if NEW.week_minutes is null then
    perform app_hidden.refuse('time_slot_not_found', 'No such time slot in this clinic.', jsonb_build_object('timeSlotId', NEW.time_slot_id::text));
  end if;
  return NEW;
end
$$;

comment on function app_private.set_template_week_minutes() is
'Trigger: copies a time slot''s place in the week into the template, where the exclusion constraint can compare it. Refuses time_slot_not_found.';

revoke all on function app_private.set_template_week_minutes() from public;
--! EndIncluded schedule/set_template_week_minutes.sql
--! Included schedule/move_templates_of_time_slot.sql
create or replace function app_private.move_templates_of_time_slot() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update app_public.doctor_slot_templates t
  set week_minutes = app_hidden.week_minutes(t.weekday, NEW.start_time, NEW.end_time)
  where t.clinic_id = NEW.clinic_id and t.time_slot_id = NEW.id;
  return null;
end
$$;

comment on function app_private.move_templates_of_time_slot() is
'Trigger: a time slot that moves takes its templates along; the exclusion constraint refuses the move when a doctor''s templates would then overlap. Slots already made stay where they are.';

revoke all on function app_private.move_templates_of_time_slot() from public;
--! EndIncluded schedule/move_templates_of_time_slot.sql
--! Included schedule/lock_schedule.sql
create or replace function app_private.lock_schedule(clinic_id bigint) returns app_public.clinics
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  clinic app_public.clinics;
begin
  -- FOR NO KEY UPDATE: one generation or deactivation at a time per clinic, while bookings, which only refer to the clinic, go on.
  select c.* into clinic from app_public.clinics c where c.id = lock_schedule.clinic_id for no key update;
  if clinic.id is null then
    perform app_hidden.refuse('clinic_not_found', 'No such clinic.', jsonb_build_object('clinicId', lock_schedule.clinic_id::text));
  end if;
  return clinic;
end
$$;

comment on function app_private.lock_schedule(bigint) is
'Lets one transaction at a time make or clear a clinic''s slots; bookings do not wait for it. Gives the clinic. Refuses clinic_not_found.';

revoke all on function app_private.lock_schedule(bigint) from public;
--! EndIncluded schedule/lock_schedule.sql
--! Included schedule/make_booking_slots.sql
create or replace function app_private.make_booking_slots(clinic_id bigint, from_date date, to_date date, due_at timestamptz)
returns app_public.slot_generation_runs
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  clinic app_public.clinics;
  run app_public.slot_generation_runs;
begin
  if from_date is null or to_date is null or to_date < from_date or to_date - from_date > 366 then
    perform app_hidden.refuse('invalid_argument', 'Give a from and a to date, in this order, at most 366 days apart.',
      jsonb_build_object('argument', 'toDate', 'fromDate', from_date, 'toDate', to_date));
  end if;
  clinic := app_private.lock_schedule(make_booking_slots.clinic_id);
  -- Asked under the lock: of two workers that found the same run due, the second finds it made.
  if make_booking_slots.due_at is not null and exists (
       select from app_public.slot_generation_runs r
       where r.clinic_id = make_booking_slots.clinic_id and r.due_at = make_booking_slots.due_at) then
    return null;
  end if;

  with wanted as materialized (
    select t.doctor_id, t.time_slot_id, day.slot_date, app_hidden.local_range(day.slot_date, ts.start_time, ts.end_time, clinic.time_zone) as during
    from app_public.doctor_slot_templates t
    join app_public.doctors d on d.clinic_id = t.clinic_id and d.id = t.doctor_id and d.is_active
    join app_public.time_slots ts on ts.clinic_id = t.clinic_id and ts.id = t.time_slot_id and ts.is_active
    -- Only the template's own weekday is enumerated, from its first occurrence in the range.
    cross join lateral (
      select s::date as slot_date
      from generate_series(
        from_date + (t.weekday - extract(isodow from from_date)::int + 7) % 7, to_date, interval '7 days') s
    ) day
    where t.clinic_id = make_booking_slots.clinic_id and t.validity @> day.slot_date
  ), judged as materialized (
    select w.*, case
      when w.during is null then 'skipped_local_time'
      when exists (
        select from app_public.booking_slots bs
        where bs.clinic_id = make_booking_slots.clinic_id and bs.doctor_id = w.doctor_id
          and bs.current_time_slot_id = w.time_slot_id and bs.slot_date = w.slot_date) then 'slot_exists'
      when lower(w.during) <= now() then 'slot_in_the_past'
    end as reason
    from wanted w
  ), made as (
    -- The exclusion constraint is the judge of overlaps, also against what others commit meanwhile.
    insert into app_public.booking_slots as bs (clinic_id, doctor_id, time_slot_id, slot_date, during, from_template)
    select make_booking_slots.clinic_id, j.doctor_id, j.time_slot_id, j.slot_date, j.during, true
    from judged j where j.reason is null
    order by j.doctor_id, j.during
    on conflict do nothing
    returning bs.doctor_id, bs.time_slot_id, bs.slot_date
  ), passed_over as (
    select coalesce(j.reason, 'slot_overlaps') as reason, j.doctor_id, j.time_slot_id, j.slot_date
    from judged j
    left join made m on m.doctor_id = j.doctor_id and m.time_slot_id = j.time_slot_id and m.slot_date = j.slot_date
    where m.doctor_id is null
  ), worth_a_look as (
    -- What exists already is the normal case of a second run; the rest somebody may have to mend, so it is named, up to a hundred.
    select po.* from passed_over po where po.reason <> 'slot_exists' order by po.slot_date, po.doctor_id, po.time_slot_id limit 100
  )
  insert into app_public.slot_generation_runs as r (
    clinic_id, from_date, to_date, slots_made, templates_passed_over, already_existing, in_the_past, skipped_local_times, overlapping, examples, due_at)
  select make_booking_slots.clinic_id, make_booking_slots.from_date, make_booking_slots.to_date,
    (select count(*) from made), count(*),
    count(*) filter (where po.reason = 'slot_exists'), count(*) filter (where po.reason = 'slot_in_the_past'),
    count(*) filter (where po.reason = 'skipped_local_time'), count(*) filter (where po.reason = 'slot_overlaps'),
    coalesce((select jsonb_agg(jsonb_build_object('reason', w.reason, 'doctorId', w.doctor_id::text, 'timeSlotId', w.time_slot_id::text, 'slotDate', w.slot_date))
              from worth_a_look w), '[]'), make_booking_slots.due_at
  from passed_over po
  returning r.* into run;
  return run;
end
$$;

comment on function app_private.make_booking_slots(bigint, date, date, timestamptz) is
'The work of generate_booking_slots and generate_due_slots: makes the slots, records and returns the run. With `due_at`, the scheduled time it is for, it returns null when that run was made already. Refuses clinic_not_found, invalid_argument.';

revoke all on function app_private.make_booking_slots(bigint, date, date, timestamptz) from public;
--! EndIncluded schedule/make_booking_slots.sql
--! Included schedule/generate_booking_slots.sql
create or replace function app_public.generate_booking_slots(clinic_id bigint, from_date date, to_date date)
returns app_public.slot_generation_runs
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform app_private.require_clinic_role(generate_booking_slots.clinic_id, 'manage');
  return app_private.make_booking_slots(
    generate_booking_slots.clinic_id, generate_booking_slots.from_date, generate_booking_slots.to_date, null);
end
$$;

comment on function app_public.generate_booking_slots(bigint, date, date) is
$c$Makes the booking slots that a clinic's templates want from `from_date` to `to_date` (local dates, inclusive, at most 366 days). Running it again makes nothing twice, and a withdrawn slot stays withdrawn.
Returns the recorded run: slots_made, and templates_passed_over with the reasons counted (already_existing, in_the_past, skipped_local_times, overlapping) and up to 100 examples. For managers, and for the job generate_due_slots. Refuses forbidden, clinic_not_found, invalid_argument.$c$;

revoke all on function app_public.generate_booking_slots(bigint, date, date) from public;
grant execute on function app_public.generate_booking_slots(bigint, date, date) to app_staff;
--! EndIncluded schedule/generate_booking_slots.sql
--! Included schedule/last_generation_time.sql
create or replace function app_private.last_generation_time(at timestamptz, time_zone text, weekday int, local_time time) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  today date := (at at time zone time_zone)::date;
  day date := today - (extract(isodow from today)::int - weekday + 7) % 7;
begin
  -- A clock change may skip the hour itself; PostgreSQL then takes the one after, which is what a schedule wants.
  if (day + local_time) at time zone time_zone > at then
    day := day - 7;
  end if;
  return (day + local_time) at time zone time_zone;
end
$$;

comment on function app_private.last_generation_time(timestamptz, text, int, time) is
'When a weekly schedule (ISO weekday, local time, zone) was last due, at or before the instant `at`.';

revoke all on function app_private.last_generation_time(timestamptz, text, int, time) from public;
--! EndIncluded schedule/last_generation_time.sql
--! Included schedule/clinics_due_for_generation.sql
create or replace function app_private.clinics_due_for_generation() returns table (clinic_id bigint, due_at timestamptz)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select c.id, w.due_at
    from app_public.clinics c
    join app_public.policies p on p.clinic_id = c.id
    cross join lateral (
      select app_private.last_generation_time(now(), c.time_zone, p.generation_weekday, p.generation_time) as due_at
    ) w
    -- What was due before the clinic existed is not owed to it.
    where c.is_active and w.due_at >= c.created_at
      and not exists (select from app_public.slot_generation_runs r where r.clinic_id = c.id and r.due_at >= w.due_at)
    order by c.id;
end
$$;

comment on function app_private.clinics_due_for_generation() is
'The clinics whose weekly slot generation (policies.generation_weekday, generation_time, in the clinic''s zone) was due and has not run. A worker that was down finds them just as well.';

revoke all on function app_private.clinics_due_for_generation() from public;
--! EndIncluded schedule/clinics_due_for_generation.sql
--! Included schedule/generate_due_slots.sql
create or replace function app_private.generate_due_slots(clinic_id bigint) returns app_public.slot_generation_runs
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  due timestamptz;
  zone text;
  weeks int;
  monday date;
  covered date;
  first_day date;
begin
  select d.due_at, c.time_zone, p.generation_weeks into due, zone, weeks
  from app_private.clinics_due_for_generation() d
  join app_public.clinics c on c.id = d.clinic_id
  join app_public.policies p on p.clinic_id = d.clinic_id
  where d.clinic_id = generate_due_slots.clinic_id;
  if due is null then
    return null;
  end if;
  monday := date_trunc('week', due at time zone zone)::date + 7;
  -- Weeks that were missed while no worker ran are made up for, from the day after the last scheduled run's end.
  select max(r.to_date) into covered from app_public.slot_generation_runs r
  where r.clinic_id = generate_due_slots.clinic_id and r.due_at is not null;
  first_day := greatest(least(monday, covered + 1), (now() at time zone zone)::date);
  return app_private.make_booking_slots(
    generate_due_slots.clinic_id,
    first_day,
    -- A year of weeks and missed ones before them would be more than one run may make; the next one goes on from there.
    least(monday + 7 * weeks - 1, first_day + 366),
    due);
end
$$;

comment on function app_private.generate_due_slots(bigint) is
'Makes the slots that the clinic''s schedule is due to make: the next Monday to Sunday (policies.generation_weeks of them), and weeks missed before. Returns the run, or null when none is due. Called by the job generate_due_slots, one clinic a transaction.';

revoke all on function app_private.generate_due_slots(bigint) from public;
--! EndIncluded schedule/generate_due_slots.sql
--! Included schedule/reopen_slot.sql
create or replace function app_private.reopen_slot(slot app_public.booking_slots) returns app_public.booking_slots
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  begin
    update app_public.booking_slots bs set status = 'open'
    where bs.clinic_id = slot.clinic_id and bs.id = slot.id
    returning bs.* into slot;
  exception when exclusion_violation then
    -- While it was withdrawn, another slot took its time.
    perform app_hidden.refuse('slot_overlaps', 'The doctor has another slot at this time.');
  end;
  return slot;
end
$$;

comment on function app_private.reopen_slot(app_public.booking_slots) is
'Opens a withdrawn slot again; the caller has locked it. Refuses slot_overlaps when the doctor has become busy then.';

revoke all on function app_private.reopen_slot(app_public.booking_slots) from public;
--! EndIncluded schedule/reopen_slot.sql
--! Included schedule/create_booking_slot.sql
create or replace function app_public.create_booking_slot(clinic_id bigint, doctor_id bigint, time_slot_id bigint, slot_date date)
returns app_public.booking_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  clinic app_public.clinics;
  shift app_public.time_slots;
  slot app_public.booking_slots;
  during tstzrange;
begin
  perform app_private.require_clinic_role(create_booking_slot.clinic_id, 'desk');
  clinic := app_private.lock_schedule(create_booking_slot.clinic_id);
  if not exists (select from app_public.doctors d
      where d.clinic_id = create_booking_slot.clinic_id and d.id = create_booking_slot.doctor_id and d.is_active) then
    perform app_hidden.refuse('doctor_not_found', 'No such active doctor in this clinic.', jsonb_build_object('doctorId', create_booking_slot.doctor_id::text));
  end if;
  select ts.* into shift from app_public.time_slots ts
  where ts.clinic_id = create_booking_slot.clinic_id and ts.id = create_booking_slot.time_slot_id and ts.is_active;
  if shift.id is null then
    perform app_hidden.refuse('time_slot_not_found', 'No such time slot in this clinic.', jsonb_build_object('timeSlotId', create_booking_slot.time_slot_id::text));
  end if;
  if create_booking_slot.slot_date is null then
    perform app_hidden.refuse('invalid_argument', 'A date is needed.', '{"argument": "slotDate"}');
  end if;
  during := app_hidden.local_range(create_booking_slot.slot_date, shift.start_time, shift.end_time, clinic.time_zone);
  if during is null then
    perform app_hidden.refuse('skipped_local_time', 'The clocks skip this time on this day.', jsonb_build_object('slotDate', create_booking_slot.slot_date));
  elsif upper(during) <= now() then
    perform app_hidden.refuse('slot_in_the_past', 'This time has passed.', jsonb_build_object('endsAt', upper(during)));
  end if;

  insert into app_public.booking_slots as bs (clinic_id, doctor_id, time_slot_id, slot_date, during)
  values (create_booking_slot.clinic_id, create_booking_slot.doctor_id, create_booking_slot.time_slot_id, create_booking_slot.slot_date, during)
  on conflict do nothing
  returning bs.* into slot;
  if slot.id is not null then
    return slot;
  end if;

  select bs.* into slot from app_public.booking_slots bs
  where bs.clinic_id = create_booking_slot.clinic_id and bs.doctor_id = create_booking_slot.doctor_id
    and bs.current_time_slot_id = create_booking_slot.time_slot_id and bs.slot_date = create_booking_slot.slot_date
  for no key update;
  if slot.id is null then
    perform app_hidden.refuse('slot_overlaps', 'The doctor has another slot at this time.');
  elsif slot.status <> 'withdrawn' then
    perform app_hidden.refuse('slot_exists', 'The doctor has this slot already.', jsonb_build_object('bookingSlotId', slot.id::text));
  end if;
  return app_private.reopen_slot(slot);
end
$$;

comment on function app_public.create_booking_slot(bigint, bigint, bigint, date) is
'Makes one booking slot by hand, outside any template, or opens a withdrawn one again. `slot_date` is the clinic''s local date. For the desk. Refuses forbidden, clinic_not_found, invalid_argument, doctor_not_found, time_slot_not_found, skipped_local_time, slot_in_the_past, slot_exists, slot_overlaps.';

revoke all on function app_public.create_booking_slot(bigint, bigint, bigint, date) from public;
grant execute on function app_public.create_booking_slot(bigint, bigint, bigint, date) to app_staff;
--! EndIncluded schedule/create_booking_slot.sql

create trigger time_slots_count_their_versions before update on app_public.time_slots
  for each row execute function app_hidden.bump_row_version();
create trigger time_slots_stay_in_their_clinic before update on app_public.time_slots
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id');
create trigger time_slots_take_their_templates_along after update of start_time, end_time on app_public.time_slots
  for each row execute function app_private.move_templates_of_time_slot();
create trigger templates_know_their_place_in_the_week before insert or update on app_public.doctor_slot_templates
  for each row execute function app_private.set_template_week_minutes();
create trigger templates_count_their_versions before update on app_public.doctor_slot_templates
  for each row execute function app_hidden.bump_row_version();
create trigger templates_stay_with_their_doctor before update on app_public.doctor_slot_templates
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'doctor_id');
create trigger booking_slots_count_their_versions before update on app_public.booking_slots
  for each row execute function app_hidden.bump_row_version();
create trigger generation_runs_stay_what_they_are before update on app_public.slot_generation_runs
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id');
-- With a WHEN clause, because a booking passes here.
create trigger booking_slots_stay_what_they_are before update on app_public.booking_slots
  for each row when ((NEW.clinic_id, NEW.id, NEW.doctor_id, NEW.time_slot_id, NEW.slot_date, NEW.during)
    is distinct from (OLD.clinic_id, OLD.id, OLD.doctor_id, OLD.time_slot_id, OLD.slot_date, OLD.during))
  execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'doctor_id', 'time_slot_id', 'slot_date', 'during');

create policy everybody_sees_active_time_slots on app_public.time_slots for select to app_anonymous using (is_active);
create policy staff_see_their_time_slots on app_public.time_slots for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy managers_add_time_slots on app_public.time_slots for insert to app_staff with check (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_edit_time_slots on app_public.time_slots for update to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_remove_time_slots on app_public.time_slots for delete to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.time_slots for all to app_admin using (true);
grant select on app_public.time_slots to app_anonymous;
grant insert (clinic_id, name, start_time, end_time), update (name, start_time, end_time, is_active, row_version), delete
  on app_public.time_slots to app_staff;

create policy staff_see_their_templates on app_public.doctor_slot_templates for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy managers_add_templates on app_public.doctor_slot_templates for insert to app_staff with check (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_edit_templates on app_public.doctor_slot_templates for update to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_remove_templates on app_public.doctor_slot_templates for delete to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.doctor_slot_templates for all to app_admin using (true);
grant select, insert (clinic_id, doctor_id, time_slot_id, weekday, valid_from, valid_until),
  update (time_slot_id, weekday, valid_from, valid_until, row_version), delete
  on app_public.doctor_slot_templates to app_staff;

-- Slots are written by functions only.
create policy everybody_sees_open_slots on app_public.booking_slots for select to app_anonymous using (status = 'open');
create policy customers_see_slots_they_have on app_public.booking_slots for select to app_customer using (customer_id = app_hidden.current_customer_id());
create policy staff_see_their_slots on app_public.booking_slots for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy admins_see_everything on app_public.booking_slots for select to app_admin using (true);
grant select on app_public.booking_slots to app_anonymous;

create policy staff_see_their_runs on app_public.slot_generation_runs for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy admins_see_everything on app_public.slot_generation_runs for select to app_admin using (true);
grant select on app_public.slot_generation_runs to app_staff;
