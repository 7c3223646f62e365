create table app_private.stored_responses (
  account_id bigint not null,
  key text not null,
  fingerprint text not null,
  -- Null while the request is executed. Only its own transaction sees that.
  status int,
  headers jsonb,
  body text,
  created_at timestamptz not null default now(),
  -- The stored response is returned only to callers who still have these rights.
  rights text[] not null,
  constraint a_request_key_is_answered_once primary key (account_id, key),
  constraint stored_responses_are_of_an_account
    foreign key (account_id) references app_private.accounts (id) on delete cascade
);

comment on table app_private.stored_responses is
'Responses of the REST API by account and Idempotency-Key, so that a repeated request gets the same answer. They '
'never contain tokens.';
comment on column app_private.stored_responses.fingerprint is 'SHA-256 of the request: method, address and body.';
comment on column app_private.stored_responses.rights is
'The caller''s rights when the response was made (app_private.current_rights).';

create index stored_responses_by_age on app_private.stored_responses (created_at);

alter table app_private.stored_responses enable row level security;
