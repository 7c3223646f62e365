create or replace function app_private.unread_roster_names(roster jsonb, file text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from app_private.roster_headers(roster) h where h.file = unread_roster_names.file
    and h."column" = 'name') then
    return null;
  end if;
  return (
    select coalesce(jsonb_object_agg(app_private.roster_key(u.text), true)
      filter (where app_private.roster_key(u.text) <> ''), '{}')
    from (
      -- It is not known where the fields of such a line end: at delimiters, at quotes or at both.
      select piece as text
      from jsonb_array_elements(roster -> unread_roster_names.file -> 'faults') as fault
      cross join unnest(array['[,;\t]', '"', '[,;\t"]']) as separator
      cross join lateral regexp_split_to_table(fault ->> 'text', separator) as piece
      union all
      select field
      from app_private.roster_records(roster) r cross join lateral unnest(r.fields) as field
      where r.file = unread_roster_names.file and not r.is_header and not r.fits
    ) u);
end
$$;

comment on function app_private.unread_roster_names is
'The texts in those lines of a file that could not be checked, as {key: true} by app_private.roster_key; null when '
'none of the file''s names is known. A name among them is not reported as unknown, because the fault of its line has '
'been reported already.';
