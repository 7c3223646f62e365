create table billing_private.checkout_shares (
  checkout_id bigint not null,
  shard_id int not null,
  share_id bigint not null,
  clinics int not null,
  clinic_names text[] not null,
  amount bigint not null,
  received bigint,
  provider_payment text,
  recorded billing.checkout_state,
  due_since timestamptz,
  retry_at timestamptz not null default now(),
  constraint shares_are_identified_by_database_and_id primary key (checkout_id, shard_id, share_id),
  constraint shares_are_of_a_checkout foreign key (checkout_id) references billing.checkouts (id),
  constraint shares_pay_at_least_one_clinic check (clinics > 0),
  constraint amounts_of_shares_are_not_negative check (amount >= 0 and received >= 0),
  constraint shares_of_what_was_received_name_the_payment check (received > 0 or provider_payment is null)
);

comment on table billing_private.checkout_shares is
'What a checkout pays in the other databases of an installation with shards. There a checkout of its own, the share, '
'holds the slots and reserves credit (checkouts.is_share). This row has what was received for the share; the billing '
'process of the global database passes it on, again and again until the other database has recorded it. A clinic that '
'moves after the checkout has ended unpaid has a share of its own in its new database.';
comment on column billing_private.checkout_shares.shard_id is 'The shard with the share; 0: the global database.';
comment on column billing_private.checkout_shares.share_id is
'The id of the share there: that of the checkout or, if that database had it already when the clinic moved, a new one.';
comment on column billing_private.checkout_shares.clinics is 'How many clinics of that database are paid.';
comment on column billing_private.checkout_shares.amount is 'What the provider is paid for it, in minor units.';
comment on column billing_private.checkout_shares.received is
'The part of the received money that is for the share. Null as long as nothing was paid.';
comment on column billing_private.checkout_shares.recorded is
'The state of the checkout which the database with the share has recorded.';
comment on column billing_private.checkout_shares.due_since is
'Since when the state of the checkout has to be passed on to that database. Null: it has recorded the state, or the '
'checkout is open.';
comment on column billing_private.checkout_shares.retry_at is
'When the state is passed on again, if the database has not answered by then.';

create index shares_to_report on billing_private.checkout_shares (retry_at) where due_since is not null;

alter table billing_private.checkout_shares enable row level security;

create trigger checkout_shares_stay_what_they_are before update on billing_private.checkout_shares
  for each row execute function app_hidden.refuse_new_identity('checkout_id', 'shard_id', 'share_id', 'clinics',
    'amount');
create trigger shares_of_paid_checkouts_stay_paid before update on billing_private.checkout_shares
  for each row when (OLD.received is not null)
  execute function app_hidden.refuse_new_identity('received', 'provider_payment');
create trigger checkout_shares_are_never_removed before delete on billing_private.checkout_shares
  for each row execute function billing_private.refuse_removal();
