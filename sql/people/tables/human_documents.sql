create table app_private.human_documents (
  human_id bigint not null,
  kind text not null,
  country text not null,
  blind_index bytea not null,
  key_id text not null,
  nonce bytea not null,
  ciphertext bytea not null,
  stored_at timestamptz not null default now(),
  constraint a_document_is_stored_once primary key (kind, country, blind_index),
  constraint documents_belong_to_a_human
    foreign key (human_id) references app_private.humans (id) on delete cascade,
  constraint documents_are_of_a_known_kind check (kind in ('national_id', 'passport', 'insurance')),
  constraint countries_of_documents_are_iso_codes check (country ~ '^[A-Z]{2}$'),
  constraint blind_indexes_are_sha256 check (octet_length(blind_index) = 32),
  constraint nonces_are_of_gcm check (octet_length(nonce) = 12)
);

comment on table app_private.human_documents is
'Identity documents. Their numbers are encrypted by the program (src/identity), never in SQL: neither a key nor a '
'number is in a statement, so neither gets into a log or into pg_stat_statements.';
comment on column app_private.human_documents.country is 'Who issued it: ISO 3166, two letters.';
comment on column app_private.human_documents.blind_index is
'HMAC-SHA-256 of kind, country and number under the index key that belongs to key_id, by which the document is found.';
comment on column app_private.human_documents.key_id is 'The key of IDENTITY_KEYS under which it is encrypted.';
comment on column app_private.human_documents.ciphertext is 'AES-256-GCM, with the tag at its end.';

create index documents_of_a_human on app_private.human_documents (human_id);
create index documents_by_key on app_private.human_documents (key_id);

alter table app_private.human_documents enable row level security;
