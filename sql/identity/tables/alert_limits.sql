create table app_private.alert_limits (
  only_row boolean not null default true,
  slots_of_a_day int not null default 6,
  share_of_a_day numeric not null default 0.25,
  constraint there_is_one_row_of_alert_limits primary key (only_row),
  constraint there_is_only_one_row_of_alert_limits check (only_row),
  constraint alerts_are_about_a_part_of_a_day check (slots_of_a_day > 0 and share_of_a_day > 0 and share_of_a_day <= 1)
);

comment on table app_private.alert_limits is
'When a clinic is alerted that customers of one network take much of a day: from so many slots on, if they are at '
'least this share of the day''s slots. The operator edits this row.';

alter table app_private.alert_limits enable row level security;

insert into app_private.alert_limits default values;
