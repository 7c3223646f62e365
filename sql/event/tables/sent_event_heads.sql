create table app_private.sent_event_heads (
  clinic_id bigint not null,
  position bigint not null,
  sent_at timestamptz not null,
  constraint a_clinic_has_one_sent_head primary key (clinic_id),
  constraint sent_heads_are_of_a_clinic foreign key (clinic_id) references app_public.clinics (id) on delete cascade
);

comment on table app_private.sent_event_heads is
'The last head of each clinic that queue_event_heads queued for those who store it.';

alter table app_private.sent_event_heads enable row level security;
