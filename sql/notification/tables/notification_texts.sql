create table app_public.notification_texts (
  clinic_id bigint not null,
  kind app_public.notification_kind not null,
  channel text not null,
  language text not null,
  subject text not null default '',
  body text not null,
  row_version int not null default 1,
  constraint a_clinic_has_one_text_of_a_kind primary key (clinic_id, kind, channel, language),
  constraint notification_texts_belong_to_a_clinic
    foreign key (clinic_id) references app_public.clinics (id) on delete cascade,
  constraint texts_are_of_email_and_sms check (channel in ('email', 'sms')),
  constraint texts_are_in_a_language_that_is_known check (language in ('en', 'de')),
  constraint texts_of_emails_have_a_subject check (channel <> 'email' or btrim(subject) <> ''),
  constraint texts_say_something
    check (btrim(body) <> '' and char_length(body) <= case channel when 'sms' then 600 else 10000 end),
  constraint subjects_are_one_short_line check (subject = '' or app_hidden.require_line(subject, 'subject', 200)),
  constraint bodies_have_no_hidden_characters check (app_hidden.require_prose(body, 'body', 10000))
);

comment on table app_public.notification_texts is
'A clinic''s own texts, used instead of the default ones. preview_notification shows how they look.';

alter table app_public.notification_texts enable row level security;
create policy staff_see_their_texts on app_public.notification_texts
  for select to app_staff using (clinic_id = any (app_hidden.staff_clinic_ids()));
create policy managers_add_texts on app_public.notification_texts
  for insert to app_staff with check (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_edit_texts on app_public.notification_texts
  for update to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy managers_remove_texts on app_public.notification_texts
  for delete to app_staff using (clinic_id = any (app_hidden.manager_clinic_ids()));
create policy admins_do_everything on app_public.notification_texts for all to app_admin using (true);
grant select,
    insert (clinic_id, kind, channel, language, subject, body),
    update (subject, body, row_version),
    delete
    on app_public.notification_texts to app_staff;

create trigger texts_use_words_that_are_known before insert or update on app_public.notification_texts
  for each row execute function app_private.check_notification_text();
create trigger notification_texts_count_their_versions before update on app_public.notification_texts
  for each row execute function app_hidden.bump_row_version();
create trigger notification_texts_stay_what_they_are before update on app_public.notification_texts
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'kind', 'channel', 'language');
