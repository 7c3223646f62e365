create or replace function app_private.roster_shape_faults(roster jsonb) returns setof app_private.roster_fault
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  file_columns record;
begin
  -- What the reader of the files could not make sense of.
  return query
    select f.file, (fault ->> 'line')::int, h.header, null::text, fault ->> 'reason'
    from jsonb_each(roster) as f (file, sheet)
    cross join lateral jsonb_array_elements(f.sheet -> 'faults') as fault
    left join app_private.roster_headers(roster) h on h.file = f.file and h.position = (fault ->> 'field')::int;

  for file_columns in
    select rc.file, string_agg(rc."column", ', ' order by rc.position) as list from app_private.roster_columns() rc group by rc.file
  loop
    if not roster ? file_columns.file then
      return next (file_columns.file, null, null, null, 'the file is missing');
    elsif not exists (select from app_private.roster_headers(roster) h where h.file = file_columns.file)
        and roster #> array[file_columns.file, 'faults'] = '[]' then
      return next (file_columns.file, 1, null, null, format('the file is empty: its first line names the columns %s', file_columns.list));
    elsif not exists (select from app_private.roster_records(roster) r where r.file = file_columns.file and not r.is_header)
        and roster #> array[file_columns.file, 'faults'] = '[]' then
      return next (file_columns.file, 1, null, null, 'there is nothing below the column names');
    end if;
    return query
      select h.file, h.line, coalesce(h.header, 'column ' || h.position), h.header, case
        when h.is_repeated then format('there are two columns "%s"', h."column")
        when h.header is null then 'the column has no name'
        else format('"%s" is no column of this file; they are %s', h.header, file_columns.list)
      end
      from app_private.roster_headers(roster) h
      where h.file = file_columns.file and (h."column" is null or h.is_repeated);
  end loop;

  return query
    select rc.file, h.line, rc."column", null::text, 'the column is missing'
    from app_private.roster_columns() rc
    join app_private.roster_headers(roster) h on h.file = rc.file and h.position = 1
    where rc.is_required
      and not exists (select from app_private.roster_headers(roster) same where same.file = rc.file and same."column" = rc."column");

  return query
    select r.file, r.line, null::text, null::text,
      format('the line has %s fields, but there are %s columns',
        case when r.field_count < r.header_count then r.field_count else cardinality(r.fields) end, r.header_count)
    from app_private.roster_records(roster) r
    where not r.fits;
end
$$;

comment on function app_private.roster_shape_faults(jsonb) is
'The faults of a roster''s files as such: what the reader refused, missing and empty files, columns that are missing, unknown, nameless or there twice, lines with a wrong number of fields.';

revoke all on function app_private.roster_shape_faults(jsonb) from public;
