create table app_private.clinic_moves (
  clinic_id bigint not null,
  state text not null default 'leaving',
  to_shard int not null,
  refused_until timestamptz,
  payments_refused_until timestamptz,
  shares jsonb not null default '{}',
  began_at timestamptz not null default now(),
  constraint a_clinic_moves_to_one_shard primary key (clinic_id),
  constraint states_of_moves_are_known check (state in ('leaving', 'left', 'gone')),
  constraint writes_are_refused_for_a_time_while_a_clinic_leaves
    check (state = 'leaving' or refused_until is null and payments_refused_until is null)
);

comment on table app_private.clinic_moves is
'Clinics of this database that are moving to another one, or have moved there. Written by npm run shards -- move. '
'Empty in an installation of one database.';
comment on column app_private.clinic_moves.state is
'leaving: the clinic is here, and its rows are being copied. left: it is not written here any more, and its rows are '
'still to be removed. gone: its rows are removed.';
comment on column app_private.clinic_moves.to_shard is
'The number of the shard to which the clinic moves or moved; 0 for the global database.';
comment on column app_private.clinic_moves.refused_until is
'Until when writes of a clinic that is leaving are refused. They are possible again after this time, also if npm run '
'shards was killed.';
comment on column app_private.clinic_moves.payments_refused_until is
'Until when patients cannot begin to pay online, since the clinic moves when no payment is open.';
comment on column app_private.clinic_moves.shares is
'The checkouts that have a share in the other database, each with the id of the share (checkout_shares.share_id).';

alter table app_private.clinic_moves enable row level security;
