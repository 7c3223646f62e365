create table app_public.notification_rules (
  clinic_id bigint not null,
  kind app_public.notification_kind not null,
  channel text not null,
  constraint a_clinic_has_a_rule_once primary key (clinic_id, kind, channel),
  constraint notification_rules_belong_to_a_clinic
    foreign key (clinic_id) references app_public.clinics (id) on delete cascade,
  constraint rules_are_of_email_and_sms check (channel in ('email', 'sms'))
);

comment on table app_public.notification_rules is
'Which kinds of message a clinic sends to customers, and over which channels. A kind without a row is not sent. A '
'customer gets each message over one channel: the preferred one if it has a row and its address is known, else one '
'whose address is known.';

alter table app_public.notification_rules enable row level security;
create policy staff_see_their_notification_rules on app_public.notification_rules
  for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy managers_add_notification_rules on app_public.notification_rules
  for insert to app_staff with check (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_remove_notification_rules on app_public.notification_rules
  for delete to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.notification_rules for all to app_admin using (true);
grant select, insert, delete on app_public.notification_rules to app_staff;

create trigger notification_rules_stay_in_their_clinic before update on app_public.notification_rules
  for each row execute function app_hidden.refuse_new_identity('clinic_id');
create trigger reminders_follow_the_rules after insert or delete on app_public.notification_rules
  for each row execute function app_private.apply_changed_rules();
