create or replace function app_private.busy_times_to_import(
  clinic_id bigint, starts timestamptz[], ends timestamptz[], uids text[])
returns tstzmultirange
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  imported constant tstzrange := app_private.calendar_window();
begin
  return (
    select coalesce(range_agg(tstzrange(b.starts_at, b.ends_at, '[)') * imported), '{}')
    from unnest(starts, ends, uids) b (starts_at, ends_at, uid)
    where b.starts_at < b.ends_at and b.ends_at > now() and tstzrange(b.starts_at, b.ends_at, '[)') && imported
      -- Visits that were booked here and that a calendar got from an e-mail or a feed.
      and b.uid is distinct from app_public.calendar_uid(
        busy_times_to_import.clinic_id, substring(b.uid from '^booking-\d{1,18}-(\d{1,18})@')::bigint));
end
$$;

comment on function app_private.busy_times_to_import is
'The busy times of a calendar that are imported: those that are not over and begin within calendar_window, without '
'visits of this clinic itself (by their calendar_uid). Times that overlap or touch are one.';
