create or replace function app_private.notification_sent(clinic_id bigint, notification_id bigint, provider_reference text default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  sent app_public.notifications;
begin
  -- Whatever the state has become meanwhile (a booking cancelled while its confirmation went out): it was sent.
  update app_public.notifications n set state = 'sent', sent_at = now(), last_error = null, dropped_because = null
  where n.clinic_id = notification_sent.clinic_id and n.id = notification_sent.notification_id
  returning n.* into sent;
  update app_private.delivery_attempts da
  set ended_at = now(), outcome = 'sent', provider_reference = notification_sent.provider_reference
  where da.clinic_id = sent.clinic_id and da.notification_id = sent.id and da.generation = sent.generation and da.attempt = sent.attempts;
  perform app_private.count_delivery(sent.channel, 'sent') where sent.id is not null;
end
$$;

comment on function app_private.notification_sent(bigint, bigint, text) is
'Records that a claimed notification was handed to its transport, and what the provider calls it.';

revoke all on function app_private.notification_sent(bigint, bigint, text) from public;
