create or replace function app_private.notification_failed(clinic_id bigint, notification_id bigint, error text, code text default null)
returns app_public.notification_state
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  failed app_public.notifications;
begin
  update app_public.notifications n
  set last_error = left(notification_failed.error, 1000),
      state = case when n.state = 'pending' and (n.attempts >= ch.most_attempts
        or coalesce(app_private.is_permanent_failure(n.channel, notification_failed.code), false)) then 'dead' else n.state end
  from app_private.channels ch
  where n.clinic_id = notification_failed.clinic_id and n.id = notification_failed.notification_id and ch.channel = n.channel
  returning n.* into failed;
  update app_private.delivery_attempts da
  set ended_at = now(), outcome = 'failed', error_code = notification_failed.code, error = left(notification_failed.error, 1000)
  where da.clinic_id = failed.clinic_id and da.notification_id = failed.id and da.generation = failed.generation
    and da.attempt = failed.attempts and da.outcome is null;
  perform app_private.count_delivery(failed.channel, 'failed') where failed.id is not null;
  perform app_private.count_delivery(failed.channel, 'dead') where failed.state = 'dead';
  return failed.state;
end
$$;

comment on function app_private.notification_failed(bigint, bigint, text, text) is
'Records why a claimed notification could not be sent, with the provider''s code if there was one. It is tried again when its claim runs out (30 s, doubling); when the code says never, or after the last attempt (the eighth, about an hour), it is dead and stays to be seen. Returns its state.';

revoke all on function app_private.notification_failed(bigint, bigint, text, text) from public;
