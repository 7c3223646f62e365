create or replace function app_private.notification_sent(clinic_id bigint, notification_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- Whatever the state has become meanwhile (a booking cancelled while its confirmation went out): it was sent.
  update app_public.notifications n set state = 'sent', sent_at = now(), last_error = null
  where n.clinic_id = notification_sent.clinic_id and n.id = notification_sent.notification_id;
end
$$;

comment on function app_private.notification_sent(bigint, bigint) is 'Records that a claimed notification was handed to its transport.';

revoke all on function app_private.notification_sent(bigint, bigint) from public;
