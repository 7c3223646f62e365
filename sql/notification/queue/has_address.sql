create or replace function app_hidden.has_address(
  clinic_id bigint, customer_id bigint, kind app_public.notification_kind) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform app_private.require_clinic_role(has_address.clinic_id, 'staff');
  return coalesce((app_private.choose_channel(has_address.clinic_id, has_address.customer_id,
    has_address.kind)).has_address, false);
end
$$;

comment on function app_hidden.has_address is
'Whether a clinic knows an address of a customer for a channel over which it sends this kind of message. For staff. '
'Refuses forbidden, unauthenticated.';

grant execute on function app_hidden.has_address to app_staff;
