create type app_public.utc_offset as (
  time_zone text,
  since timestamptz,
  seconds int
);
comment on type app_public.utc_offset is 'An offset of a time zone from UTC, and since when it applies.';
comment on column app_public.utc_offset.seconds is
'How many seconds its local time is ahead of UTC; negative if it is behind.';

create type app_public.next_generation as (
  clinic_id bigint,
  due_at timestamptz,
  from_date date,
  to_date date
);
comment on type app_public.next_generation is 'The next generation of slots by a clinic''s schedule.';
comment on column app_public.next_generation.to_date is 'Inclusive.';
