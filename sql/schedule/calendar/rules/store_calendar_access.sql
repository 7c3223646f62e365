create or replace function app_hidden.store_calendar_access(
  clinic_id bigint, calendar_id bigint, former_nonce bytea, key_id text, nonce bytea, ciphertext bytea)
returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_private.require_operator();
  update app_private.external_calendar_access a
  set key_id = store_calendar_access.key_id, nonce = store_calendar_access.nonce,
    ciphertext = store_calendar_access.ciphertext, retry_at = now()
  where a.clinic_id = store_calendar_access.clinic_id and a.calendar_id = store_calendar_access.calendar_id
    and a.nonce = store_calendar_access.former_nonce;
end
$$;

comment on function app_hidden.store_calendar_access is
'Stores the address of an external calendar as it was encrypted again, for the rotation of keys; nothing happens if '
'it has been changed since it was read. For administrators and DBAs. Refuses forbidden.';

grant execute on function app_hidden.store_calendar_access to app_admin;
