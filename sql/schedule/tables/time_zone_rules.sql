create table app_private.time_zone_rules (
  time_zone text not null,
  from_time timestamptz not null,
  to_time timestamptz not null,
  offsets app_public.utc_offset[] not null,
  changed_at timestamptz,
  constraint a_time_zone_has_its_rules_once primary key (time_zone)
);

comment on table app_private.time_zone_rules is
'The offsets by which the slots of each time zone were made, as app_private.note_time_zone_rules found them in '
'PostgreSQL''s time zone data.';
comment on column app_private.time_zone_rules.changed_at is
'When it was noticed that PostgreSQL computes with other offsets now. The old ones are kept here until the slots '
'have been moved.';

alter table app_private.time_zone_rules enable row level security;
