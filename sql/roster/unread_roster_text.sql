create or replace function app_private.unread_roster_text(roster jsonb, file text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from app_private.roster_headers(roster) h where h.file = unread_roster_text.file and h."column" = 'name') then
    return null;
  end if;
  return coalesce(app_private.roster_key((
    select string_agg(u.text, ' ')
    from (
      select fault ->> 'text' as text from jsonb_array_elements(roster -> unread_roster_text.file -> 'faults') as fault
      union all
      select array_to_string(r.fields, ' ') from app_private.roster_records(roster) r
      where r.file = unread_roster_text.file and not r.is_header and not r.fits
    ) u)), '');
end
$$;

comment on function app_private.unread_roster_text(jsonb, text) is
'What stands in the lines of a file that could not be judged, as one text for app_private.roster_key; null when none of its names is known. A name in there is not called unknown: the fault is the line''s, and is told once.';

revoke all on function app_private.unread_roster_text(jsonb, text) from public;
