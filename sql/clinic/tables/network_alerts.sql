create table app_private.network_alerts (
  clinic_id bigint not null,
  slot_date date not null,
  slots_taken int not null,
  slots_of_day int not null,
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  dismissed_at timestamptz,
  dismissed_by_account_id bigint,
  constraint a_clinic_is_alerted_once_a_date primary key (clinic_id, slot_date),
  constraint network_alerts_are_of_a_clinic
    foreign key (clinic_id) references app_public.clinics (id) on delete cascade,
  constraint dismissals_say_when check (dismissed_by_account_id is null or dismissed_at is not null)
);

comment on table app_private.network_alerts is
'Dates for which customers of one network have taken a large part of the slots, for the clinic''s desk. The network '
'is not stored: it may be the clinic''s own, and an address is personal data.';

create index network_alerts_by_age on app_private.network_alerts (last_at);

alter table app_private.network_alerts enable row level security;
