create or replace function app_public.create_webhook_endpoint(clinic_id bigint, url text, kinds app_public.notification_kind[] default null)
returns app_public.new_webhook_endpoint
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  made app_public.new_webhook_endpoint;
begin
  perform app_private.require_clinic_role(create_webhook_endpoint.clinic_id, 'manage');
  insert into app_public.webhook_endpoints as we (clinic_id, url, kinds)
  values (create_webhook_endpoint.clinic_id, create_webhook_endpoint.url, coalesce(create_webhook_endpoint.kinds,
    '{booking_confirmed,booking_rescheduled,booking_cancelled,slot_withdrawn}'))
  returning we.clinic_id, we.id, we.url into made.clinic_id, made.id, made.url;
  made.secret := 'whsec_' || translate(encode(public.gen_random_bytes(32), 'base64'), '+/=', '-_');
  insert into app_private.webhook_secrets (clinic_id, endpoint_id, secret) values (made.clinic_id, made.id, made.secret);
  return made;
end
$$;

comment on function app_public.create_webhook_endpoint(bigint, text, app_public.notification_kind[]) is
'Registers an address of the clinic''s own system, which is told of bookings by POST, signed with the secret that is shown here once. Without `kinds`: of all but reminders. To end it, set is_active to false. For managers. Refuses forbidden, check_violation (not an http address, reminders).';

revoke all on function app_public.create_webhook_endpoint(bigint, text, app_public.notification_kind[]) from public;
grant execute on function app_public.create_webhook_endpoint(bigint, text, app_public.notification_kind[]) to app_staff;
