create table app_private.reminder_rounds (
  clinic_id bigint not null,
  looked_at timestamptz not null default now(),
  constraint a_clinic_has_one_reminder_round primary key (clinic_id),
  constraint reminder_rounds_are_of_a_clinic
    foreign key (clinic_id) references app_public.clinics (id) on delete cascade
);

comment on table app_private.reminder_rounds is
'When queue_coming_reminders last wrote the reminders of each clinic that come near. A new clinic gets its row with '
'its notification rules.';

-- the clinics whose turn it is
create index reminder_rounds_by_time on app_private.reminder_rounds (looked_at);

alter table app_private.reminder_rounds enable row level security;
