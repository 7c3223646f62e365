create or replace function app_hidden.calendars_under_other_keys(key_id text, batch int default 100)
returns table (
  clinic_id bigint, calendar_id bigint, kind text, origin text, stored_key_id text, nonce bytea, ciphertext bytea)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_private.require_operator();
  return query
    select ec.clinic_id, ec.id, ec.kind::text, ec.origin, a.key_id, a.nonce, a.ciphertext
    from app_private.external_calendar_access a
    join app_public.external_calendars ec on ec.clinic_id = a.clinic_id and ec.id = a.calendar_id
    where a.key_id <> calendars_under_other_keys.key_id
    order by a.clinic_id, a.calendar_id limit calendars_under_other_keys.batch;
end
$$;

comment on function app_hidden.calendars_under_other_keys is
'Up to `batch` external calendars whose addresses are encrypted under another key than this one, for the rotation of '
'keys. For administrators and DBAs. Refuses forbidden.';

grant execute on function app_hidden.calendars_under_other_keys to app_admin;
