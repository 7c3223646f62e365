create table app_public.guardianships (
  guardian_customer_id bigint not null,
  dependant_customer_id bigint not null,
  relation app_public.guardian_relation not null,
  until date,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  invited_at timestamptz,
  constraint a_guardianship_is_entered_once primary key (guardian_customer_id, dependant_customer_id),
  constraint guardians_are_customers foreign key (guardian_customer_id) references app_public.customers (id),
  constraint dependants_are_customers foreign key (dependant_customer_id) references app_public.customers (id),
  constraint nobody_is_their_own_guardian check (guardian_customer_id <> dependant_customer_id)
);

comment on table app_public.guardianships is
'Guardians and their dependants: a guardian books, moves and cancels visits of a dependant. Written by add_dependant '
'and end_guardianship.';
comment on column app_public.guardianships.until is
'The first day, in UTC, on which the guardian no longer acts for the dependant, such as an 18th birthday; null means '
'no end. The claims of a request leave out guardianships that have reached it, so no job has to end them.';
comment on column app_public.guardianships.ended_at is 'When the guardianship was ended before `until`.';

comment on column app_public.guardianships.invited_at is
'When the dependant was invited by mail to an account of their own, after the last guardianship had reached `until`.';

create index guardians_of_a_dependant on app_public.guardianships (dependant_customer_id);

-- The work list of invite_grown_up_dependants.
create index guardianships_by_their_end on app_public.guardianships (until)
  where ended_at is null and invited_at is null;

alter table app_public.guardianships enable row level security;
create policy guardians_see_their_guardianships on app_public.guardianships
  for select to app_customer using (guardian_customer_id = any (app_hidden.current_customer_ids()));
create policy dependants_see_their_guardians on app_public.guardianships
  for select to app_customer using (dependant_customer_id = any (app_hidden.current_customer_ids()));
create policy admins_see_everything on app_public.guardianships for select to app_admin using (true);
grant select on app_public.guardianships to app_customer;

create trigger guardianships_stay_of_the_same_people before update on app_public.guardianships
  for each row execute function app_hidden.refuse_new_identity('guardian_customer_id', 'dependant_customer_id');
