create or replace function app_private.notification_failed(clinic_id bigint, notification_id bigint, error text) returns app_public.notification_state
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  result app_public.notification_state;
begin
  update app_public.notifications n
  set last_error = left(error, 1000),
      state = case when n.state = 'pending' and n.attempts >= 8 then 'dead' else n.state end
  where n.clinic_id = notification_failed.clinic_id and n.id = notification_failed.notification_id
  returning n.state into result;
  return result;
end
$$;

comment on function app_private.notification_failed(bigint, bigint, text) is
'Records why a claimed notification could not be sent. It is tried again when its claim runs out (30 s, doubling); after the eighth attempt, about an hour, it is dead and stays to be seen. Returns its state.';

revoke all on function app_private.notification_failed(bigint, bigint, text) from public;
