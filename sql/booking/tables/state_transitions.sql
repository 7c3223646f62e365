create table app_public.state_transitions (
  entity text not null,
  from_state text not null,
  to_state text not null,
  meaning text not null,
  -- Check-ins, completions and no-shows that were recorded by mistake can be undone for some time.
  time_limit interval,
  constraint state_transitions_are_unique primary key (entity, from_state, to_state),
  constraint state_transitions_are_of_slots_and_bookings check (entity in ('booking_slot', 'booking')),
  constraint only_steps_of_bookings_have_a_time_limit check (time_limit is null or entity = 'booking'),
  constraint time_limits_are_hours_and_minutes
    check (time_limit > '0' and extract(day from time_limit) = 0 and extract(month from time_limit) = 0
      and extract(year from time_limit) = 0)
);

comment on table app_public.state_transitions is
'Every change of state that slots and bookings may make; a trigger refuses any other. docs/database/state-machine.md '
'has a diagram.';
comment on column app_public.state_transitions.time_limit is
'How long after the event that brought the booking into from_state the change is allowed. Null means no limit.';

alter table app_public.state_transitions enable row level security;
create policy everybody_sees_state_transitions on app_public.state_transitions for select to app_anonymous using (true);
grant select on app_public.state_transitions to app_anonymous;
