create or replace function app_public.settle_notification(clinic_id bigint, notification_id bigint)
returns app_public.notifications
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  n app_public.notifications;
begin
  perform app_private.require_clinic_role(settle_notification.clinic_id, 'desk');
  select x.* into n from app_public.notifications x
  where x.clinic_id = settle_notification.clinic_id and x.id = settle_notification.notification_id for update;
  if n.id is null then
    perform app_hidden.refuse('notification_not_found', 'No such notification in this clinic.',
      jsonb_build_object('notificationId', settle_notification.notification_id::text));
  elsif n.state <> 'dead' then
    perform app_hidden.refuse('illegal_transition',
      format('A notification that is %s is not settled by hand.', n.state), jsonb_build_object('state', n.state));
  elsif n.settled_at is null then
    update app_public.notifications x
    set settled_at = now(), settled_by_account_id = app_hidden.current_account_id()
    where x.clinic_id = n.clinic_id and x.id = n.id
    returning x.* into n;
  end if;
  return n;
end
$$;

comment on function app_public.settle_notification is
'Records that nothing more is to be done about a message that was given up, for example because the patient was '
'phoned. It is no longer listed as late; who settled it and when is kept. Settling it again changes nothing. For the '
'desk. Refuses forbidden, unauthenticated, notification_not_found, illegal_transition (when it was not given up).';

grant execute on function app_public.settle_notification to app_staff;
