create table app_private.schedule_changes (
  clinic_id bigint not null,
  changed_at timestamptz not null default now(),
  constraint a_clinic_has_changes_or_not primary key (clinic_id),
  constraint schedule_changes_belong_to_a_clinic
    foreign key (clinic_id) references app_public.clinics (id) on delete cascade
);

comment on table app_private.schedule_changes is
'Clinics whose templates or time slots have changed since their slots were last adapted (apply_templates).';

alter table app_private.schedule_changes enable row level security;
