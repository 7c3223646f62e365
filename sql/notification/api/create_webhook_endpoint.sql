create or replace function app_public.create_webhook_endpoint(
  clinic_id bigint, url text, kinds app_public.notification_kind[] default null, wants_event_head boolean default false)
returns app_public.new_webhook_endpoint
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  made app_public.new_webhook_endpoint;
begin
  perform app_private.require_clinic_role(create_webhook_endpoint.clinic_id, 'manage');
  insert into app_public.webhook_endpoints as we (clinic_id, url, kinds, wants_event_head)
  values (create_webhook_endpoint.clinic_id, create_webhook_endpoint.url, coalesce(create_webhook_endpoint.kinds,
    '{booking_confirmed,booking_rescheduled,booking_cancelled,slot_withdrawn}'),
      coalesce(create_webhook_endpoint.wants_event_head, false))
  returning we.clinic_id, we.id, we.url into made.clinic_id, made.id, made.url;
  made.secret := 'whsec_' || translate(encode(public.gen_random_bytes(32), 'base64'), '+/=', '-_');
  insert into app_private.webhook_secrets (clinic_id, endpoint_id, secret)
  values (made.clinic_id, made.id, made.secret);
  return made;
end
$$;

comment on function app_public.create_webhook_endpoint is
'Registers a URL of the clinic''s own system, which receives bookings by POST, signed with a secret that is shown '
'only in this answer. Without `kinds`, it gets every kind of message except reminders and offers. With '
'`wants_event_head`, it also gets the head of the clinic''s event chain once a day. To stop it, set is_active to '
'false. For managers. Refuses forbidden, webhook_url_refused, check_violation (reminders, offers, or a URL that is '
'too long).';

grant execute on function app_public.create_webhook_endpoint to app_staff;
