create table app_private.invitations (
  clinic_id bigint not null,
  id bigint generated always as identity,
  email app_public.email_address not null,
  full_name text not null,
  role app_public.staff_role not null,
  doctor_id bigint,
  invited_by_account_id bigint,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '168 hours',
  accepted_at timestamptz,
  constraint invitations_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint invitations_belong_to_a_clinic
    foreign key (clinic_id) references app_public.clinics (id) on delete cascade,
  constraint invitations_may_be_for_a_doctor
    foreign key (clinic_id, doctor_id) references app_public.doctors (clinic_id, id),
  constraint invited_people_have_a_name check (app_hidden.require_line(full_name, 'fullName', 200))
);

comment on table app_private.invitations is
'Invitations to a clinic''s staff. The token is in a mail to the invited address (app_private.account_messages).';

alter table app_private.invitations enable row level security;

create trigger what_is_missing_is_refused before insert or update on app_private.invitations
  for each row when (num_nulls(NEW.email, NEW.full_name, NEW.role) > 0)
  execute function app_hidden.refuse_missing('email', 'full_name', 'role');
