create table app_private.sessions (
  id uuid not null default gen_random_uuid(),
  account_id bigint not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '2160 hours',
  revoked_at timestamptz,
  constraint sessions_are_identified_by_id primary key (id),
  constraint sessions_belong_to_an_account
    foreign key (account_id) references app_private.accounts (id) on delete cascade
);

comment on table app_private.sessions is
'One sign-in. Access tokens name their session, so a token of a revoked session is refused immediately.';

create index sessions_of_an_account on app_private.sessions (account_id);

alter table app_private.sessions enable row level security;
