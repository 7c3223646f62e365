create or replace function app_public.send_again(clinic_id bigint, notification_id bigint)
returns app_public.notifications
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  n app_public.notifications;
  chosen record;
begin
  perform app_private.require_clinic_role(send_again.clinic_id, 'desk');
  select x.* into n from app_public.notifications x
  where x.clinic_id = send_again.clinic_id and x.id = send_again.notification_id for update;
  if n.id is null then
    perform app_hidden.refuse('notification_not_found', 'No such notification in this clinic.',
      jsonb_build_object('notificationId', send_again.notification_id::text));
  elsif n.state not in ('sent', 'dead') then
    -- A pending message will be sent anyway; a dropped one no longer applies.
    perform app_hidden.refuse('illegal_transition', format('A notification that is %s is not sent again.', n.state),
      jsonb_build_object('state', n.state));
  end if;
  -- The channel that the customer prefers now.
  chosen := app_private.choose_channel(n.clinic_id, n.customer_id, n.kind);
  if n.channel <> 'webhook' and not chosen.has_address then
    perform app_hidden.refuse('no_address', 'The clinic knows no address to which this message could be sent.',
      jsonb_build_object('channel', chosen.channel));
  end if;
  update app_public.notifications x
  set state = 'pending', generation = x.generation + 1, attempts = 0, retry_at = null, sent_at = null,
    last_error = null, settled_at = null, settled_by_account_id = null,
      due_at = now(), send_after = null, answers_until = now() + interval '1 hour',
      channel = case when x.channel = 'webhook' then x.channel else coalesce(chosen.channel, x.channel) end
  where x.clinic_id = n.clinic_id and x.id = n.id
  returning x.* into n;
  return n;
end
$$;

comment on function app_public.send_again is
'Sends a message that was sent or is dead once more, to the address that the clinic has now. For the provider it is '
'a new message, and for one hour quiet hours do not delay it. For the desk. Refuses forbidden, '
'notification_not_found, illegal_transition (a pending or dropped message), no_address.';

grant execute on function app_public.send_again to app_staff;
