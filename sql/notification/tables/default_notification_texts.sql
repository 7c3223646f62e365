create table app_public.default_notification_texts (
  kind app_public.notification_kind not null,
  channel text not null,
  language text not null,
  subject text not null,
  body text not null,
  constraint there_is_one_default_text primary key (kind, channel, language)
);

comment on table app_public.default_notification_texts is
'The texts that are used when a clinic has none of its own. Words in {{braces}} are replaced by values; '
'{{#word}}…{{/word}} is kept only when the word has a value.';

alter table app_public.default_notification_texts enable row level security;
create policy staff_see_default_texts on app_public.default_notification_texts for select to app_staff using (true);
grant select on app_public.default_notification_texts to app_staff;
