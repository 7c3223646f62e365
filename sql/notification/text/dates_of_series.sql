create or replace function app_private.dates_of_series(
  clinic app_public.clinics, booking_ids bigint[], kind app_public.notification_kind, channel text, language text)
returns text
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  starts timestamptz[];
  last_one record;
  is_german constant boolean := language = 'de';
begin
  -- Visits that were cancelled by themselves have had their own message.
  select array_agg(b.visit_starts_at order by b.visit_starts_at) into starts
  from app_public.bookings b
  where b.clinic_id = clinic.id and b.id = any (dates_of_series.booking_ids)
    and (kind = 'booking_cancelled' or b.status <> 'cancelled');
  if coalesce(cardinality(starts), 0) < 2 then
    return null;
  end if;
  if channel = 'sms' then
    last_one := app_private.format_time(starts[cardinality(starts)], clinic.time_zone, language);
    return format(case when is_german then '%s Termine, der letzte am %s.' else '%s appointments, the last on %s.' end,
      cardinality(starts), last_one.date);
  end if;
  return case when is_german then 'Alle Termine:' else 'All appointments:' end || (
    select string_agg(format(E'\n- %s, %s', f.date, f."time"), '' order by s.n)
    from unnest(starts) with ordinality s (at, n)
    cross join lateral app_private.format_time(s.at, clinic.time_zone, language) f);
end
$$;

comment on function app_private.dates_of_series is
'The text that a message about these visits of a series adds: all their dates and times, or in an SMS their number '
'and the last date. Null if only one of them remains.';
