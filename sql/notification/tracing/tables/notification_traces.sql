create table app_private.notification_traces (
  clinic_id bigint not null,
  notification_id bigint not null,
  traceparent text not null,
  constraint traces_are_identified_by_their_notification primary key (clinic_id, notification_id),
  constraint traces_belong_to_a_notification foreign key (clinic_id, notification_id)
    references app_public.notifications (clinic_id, id) on delete cascade,
  constraint traces_are_w3c_traceparents check (traceparent ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$')
);

comment on table app_private.notification_traces is
'The request that has caused a notification, as a W3C traceparent, so that the attempt to send it is part of the same '
'trace. Has rows only while traces are collected (OTEL_EXPORTER_OTLP_ENDPOINT).';

alter table app_private.notification_traces enable row level security;
