create type app_public.guardian_relation as enum ('parent', 'legal_guardian', 'carer');
comment on type app_public.guardian_relation is 'What a guardian is to a dependant.';

create type app_public.merge_basis as enum ('address', 'administrator', 'accounts');
comment on type app_public.merge_basis is
'Why two customers count as one person: one of them proved the e-mail address of the other''s record (address) or of '
'the other''s account (accounts), or an administrator merged them.';

create type app_public.account_merge_request as (
  requested boolean,
  refusal text
);
comment on type app_public.account_merge_request is 'The result of request_account_merge.';
comment on column app_public.account_merge_request.requested is
'True, also if no account has the address, in which case nothing is sent.';
comment on column app_public.account_merge_request.refusal is
'As in auth_tokens: the name of a refusal that could not be raised.';

create type app_public.merged_clinic_customer as (
  clinic_id bigint,
  customer_id bigint,
  surviving_customer_id bigint,
  merged_at timestamptz
);
comment on type app_public.merged_clinic_customer is
'Two records of a clinic that belong to one person: customer_id was merged into surviving_customer_id.';

create type app_public.customer_guardian as (
  clinic_id bigint,
  customer_id bigint,
  relation app_public.guardian_relation,
  guardian_name text,
  guardian_customer_id bigint,
  guardian_phone text
);
comment on type app_public.customer_guardian is 'A guardian of a customer, as a clinic may know it.';
comment on column app_public.customer_guardian.guardian_customer_id is
'The guardian in the clinic''s own records; null if the clinic has no record of the guardian.';

create type app_public.human_reference as (
  human_id bigint,
  is_known boolean
);
comment on type app_public.human_reference is
'The person behind customers, doctors and employees. The id identifies the person to operators only.';
comment on column app_public.human_reference.is_known is 'False if there is no such person; human_id is null then.';

create type app_private.sealed_document as (
  kind text,
  country text,
  known_as bytea[],
  blind_index bytea,
  key_id text,
  nonce bytea,
  ciphertext bytea
);
comment on type app_private.sealed_document is
'An identity document that a program has encrypted: see app_private.human_documents. known_as has its blind index '
'under each key.';
