create table app_private.known_places (
  account_id bigint not null,
  place text not null,
  signed_in_at timestamptz not null default now(),
  constraint a_place_is_known_once_to_an_account primary key (account_id, place),
  constraint known_places_are_of_an_account
    foreign key (account_id) references app_private.accounts (id) on delete cascade
);

comment on table app_private.known_places is
'Networks and devices from which an account has signed in, as digests (app_private.sign_in_place). Failures at other '
'places do not block sign-in from these.';

create index known_places_by_age on app_private.known_places (signed_in_at);

alter table app_private.known_places enable row level security;
