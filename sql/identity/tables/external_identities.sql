create table app_private.external_identities (
  issuer text not null,
  subject text not null,
  account_id bigint not null,
  constraint an_external_subject_has_one_account primary key (issuer, subject),
  constraint external_identities_belong_to_an_account
    foreign key (account_id) references app_private.accounts (id) on delete cascade
);

comment on table app_private.external_identities is
'The accounts of subjects of a trusted external token issuer (setting EXTERNAL_JWT_ISSUER). The operator creates the '
'rows.';

create index external_identities_of_an_account on app_private.external_identities (account_id);

alter table app_private.external_identities enable row level security;
