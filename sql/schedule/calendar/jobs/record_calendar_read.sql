create or replace function app_private.record_calendar_read(
  clinic_id bigint, calendar_id bigint, nonce bytea, etag text default null, is_full boolean default false,
  error app_public.external_calendar_error default null)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  calendar record;
begin
  select ec.*, a.failing_since, a.reported_at, d.full_name into calendar
  from app_public.external_calendars ec
  join app_private.external_calendar_access a on a.clinic_id = ec.clinic_id and a.calendar_id = ec.id
  join app_public.doctors d on d.clinic_id = ec.clinic_id and d.id = ec.doctor_id
  where ec.clinic_id = record_calendar_read.clinic_id and ec.id = record_calendar_read.calendar_id
    and a.nonce = record_calendar_read.nonce
  for no key update of ec, a;
  if not found then
    return;
  end if;
  update app_public.external_calendars ec
  set last_error = record_calendar_read.error,
    last_ok_at = case when record_calendar_read.error is null then now() else ec.last_ok_at end
  where ec.clinic_id = calendar.clinic_id and ec.id = calendar.id;
  if record_calendar_read.error is null then
    update app_private.external_calendar_access a
    set attempts = 0, failing_since = null, reported_at = null, retry_at = now() + interval '5 minutes',
      etag = left(record_calendar_read.etag, 1000),
      read_fully_at = case when record_calendar_read.is_full then now() else a.read_fully_at end
    where a.clinic_id = calendar.clinic_id and a.calendar_id = calendar.id;
    return;
  end if;
  if calendar.reported_at is null and calendar.failing_since <= now() - interval '1 hour' then
    perform app_private.queue_manager_emails(calendar.clinic_id, 'calendar_not_read', jsonb_build_object(
      'doctor', calendar.full_name, 'origin', calendar.origin, 'since', calendar.failing_since,
      'error', record_calendar_read.error));
    calendar.reported_at := now();
  end if;
  update app_private.external_calendar_access a
  set failing_since = coalesce(a.failing_since, now()), reported_at = calendar.reported_at
  where a.clinic_id = calendar.clinic_id and a.calendar_id = calendar.id;
end
$$;

comment on function app_private.record_calendar_read is
'Records the outcome of an attempt to read a claimed external calendar: `error`, or null for a success with the `etag` '
'of what was read, if the server gave one. `is_full`: it was read without an etag. `nonce` is that of the claim: an '
'attempt with an address that has been changed meanwhile is not recorded. After an hour of failures the clinic''s '
'managers get an e-mail, once until it succeeds again.';
