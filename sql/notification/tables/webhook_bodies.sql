create table app_private.webhook_bodies (
  clinic_id bigint not null,
  notification_id bigint not null,
  generation int not null,
  body text not null,
  constraint a_webhook_is_worded_once primary key (clinic_id, notification_id, generation),
  constraint webhook_bodies_are_of_a_notification foreign key (clinic_id, notification_id)
    references app_public.notifications (clinic_id, id) on delete cascade
);

comment on table app_private.webhook_bodies is
'The body that a webhook posted at its first attempt, kept for later attempts until it is accepted or dead. Ids and '
'times only.';

alter table app_private.webhook_bodies enable row level security;
