create or replace function app_private.claim_external_calendars(batch int default 20, at timestamptz default now())
returns table (
  clinic_id bigint, calendar_id bigint, kind app_public.external_calendar_kind, origin text, key_id text, nonce bytea,
  ciphertext bytea, etag text, time_zone text, window_start timestamptz, window_end timestamptz)
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    with due as materialized (
      select a.clinic_id, a.calendar_id from app_private.external_calendar_access a
      where a.retry_at <= claim_external_calendars.at
      order by a.retry_at limit claim_external_calendars.batch for update skip locked
    )
    -- Counted, and the next attempt scheduled, before the server is called: if a worker dies, another one goes on.
    update app_private.external_calendar_access a
    set attempts = a.attempts + 1,
      retry_at = claim_external_calendars.at
        + least(interval '5 minutes' * 2 ^ least(a.attempts, 10), interval '6 hours'),
      etag = case when a.read_fully_at > claim_external_calendars.at - interval '1 day' then a.etag end
    from due d
    join app_public.external_calendars ec on ec.clinic_id = d.clinic_id and ec.id = d.calendar_id
    join app_public.clinics c on c.id = ec.clinic_id
    where a.clinic_id = d.clinic_id and a.calendar_id = d.calendar_id
    returning a.clinic_id, a.calendar_id, ec.kind, ec.origin, a.key_id, a.nonce, a.ciphertext, a.etag, c.time_zone,
      greatest(lower(app_private.calendar_window()), now()), upper(app_private.calendar_window());
end
$$;

comment on function app_private.claim_external_calendars is
'Claims up to `batch` external calendars that are to be read at `at`, skipping those that another worker has claimed. '
'`etag` is null once a day, when the calendar is read although it has not changed: its events are wanted from '
'window_start to window_end. Each is due again after five minutes, doubling up to six hours unless '
'record_calendar_read records a success. Called by the job read_external_calendars.';
