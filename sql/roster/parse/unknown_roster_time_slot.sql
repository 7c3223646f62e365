create or replace function app_private.unknown_roster_time_slot(
  parts text[], time_slots app_private.roster_time_slot[], clock int, unread jsonb) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  unknown text[] := array(
    select p from unnest(parts) p
    where not exists (select from unnest(time_slots) s
      where app_private.roster_key(s.name) = app_private.roster_key(p)));
  -- If one end of a range is known, the other one is reported.
  blamed text := case when cardinality(unknown) = 1 then unknown[1] else array_to_string(parts, ' - ') end;
begin
  -- Without a time format, times cannot be read; the fault in clinic.csv has been reported already.
  if clock is null and blamed ~ '^\d' then
    return null;
  elsif unread is null or exists (select from unnest(unknown) u where unread ? app_private.roster_key(u)) then
    return null;
  elsif blamed ~ '^\d{1,2}[:.]' then
    return coalesce((app_private.parse_roster_time(blamed, clock, true)).reason,
      format('"%s" is no time slot in time_slots.csv', blamed));
  end if;
  return format('"%s" is no time slot in time_slots.csv', blamed);
end
$$;

comment on function app_private.unknown_roster_time_slot is
'Why a name or range, split at its hyphens, is not in time_slots.csv; null if it may be in a line of it that could '
'not be read.';
