create or replace function app_private.roster_shape_faults(roster jsonb) returns setof app_private.roster_fault
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- What the reader of the files could not read.
  return query
    select f.file, (fault ->> 'line')::int, h.header, null::text, fault ->> 'reason'
    from jsonb_each(roster) as f (file, sheet)
    cross join lateral jsonb_array_elements(f.sheet -> 'faults') as fault
    left join app_private.roster_headers(roster) h on h.file = f.file and h.position = (fault ->> 'field')::int;

  -- Empty files. If the reader has reported a fault, that may be the reason, and only that is reported.
  return query
    select f.file, f.line, null::text, null::text, f.reason
    from (
      select rc.file, case when roster ? rc.file then 1 end as line, case
        -- A clinic without services, rooms that they take, or absences has no such files.
        when not roster ? rc.file then
          case when rc.file not in ('services.csv', 'questions.csv', 'rooms.csv', 'absences.csv') then
            'the file is missing' end
        when roster #> array[rc.file, 'faults'] <> '[]' then null
        when not exists (select from app_private.roster_records(roster) r where r.file = rc.file) then
          'the file is empty: its first line names the columns ' || string_agg(rc."column", ', ' order by rc.position)
        when not exists (select from app_private.roster_records(roster) r where r.file = rc.file
          and not r.is_header) then
          'there is nothing below the column names'
      end as reason
      from app_private.roster_columns() rc
      group by rc.file
    ) f
    where f.reason is not null;

  return query
    select h.file, h.line, coalesce(h.header, 'column ' || h.position), h.header, case
      when h.is_repeated then format('there are two columns "%s"', h."column")
      when h.header is null then 'the column has no name'
      else format('"%s" is no column of this file; they are %s', h.header,
        (select string_agg(rc."column", ', ' order by rc.position) from app_private.roster_columns() rc
          where rc.file = h.file))
    end
    from app_private.roster_headers(roster) h
    where h."column" is null or h.is_repeated;

  return query
    select rc.file, h.line, rc."column", null::text, 'the column is missing'
    from app_private.roster_columns() rc
    join app_private.roster_headers(roster) h on h.file = rc.file and h.position = 1
    where rc.is_required
      and not exists (select from app_private.roster_headers(roster) same where same.file = rc.file
        and same."column" = rc."column");

  return query
    select r.file, r.line, null::text, null::text,
      format('the line has %s, but there are %s columns', case n.fields when 1 then '1 field'
        else n.fields || ' fields' end, r.header_count)
    from app_private.roster_records(roster) r
    cross join lateral (select case when r.field_count < r.header_count then r.field_count
      else cardinality(r.fields) end as fields) n
    where not r.fits;
end
$$;

comment on function app_private.roster_shape_faults is
'The faults of a roster''s files as a whole: what could not be read, missing and empty files, columns that are '
'missing, unknown, unnamed or repeated, lines with a wrong number of fields.';
