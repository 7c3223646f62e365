create table app_private.refresh_tokens (
  token_hash bytea not null,
  session_id uuid not null,
  issued_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  -- If the response to a refresh is lost, the client gets a second next token. The generation distinguishes these two
  -- from the tokens that follow them.
  generation int not null default 1,
  constraint refresh_tokens_are_identified_by_hash primary key (token_hash),
  constraint refresh_tokens_belong_to_a_session
    foreign key (session_id) references app_private.sessions (id) on delete cascade
);

comment on table app_private.refresh_tokens is
'The refresh tokens of a session, by SHA-256. Each works once, with an exception for a lost response '
'(refresh_session). Used tokens are kept to detect copies.';
comment on column app_private.refresh_tokens.generation is
'The number of uses, one following from the other, that came before this token, plus one. Tokens of one generation '
'were issued for the same token. The session continues with the one that is used first; the others then count as '
'copies.';

create index refresh_tokens_of_a_session on app_private.refresh_tokens (session_id);

alter table app_private.refresh_tokens enable row level security;
