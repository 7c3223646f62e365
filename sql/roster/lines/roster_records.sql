create or replace function app_private.roster_records(roster jsonb)
returns table (file text, line int, fields text[], field_count int, header_count int, is_header boolean, fits boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    with filled as materialized (
      select f.file, (r.record ->> 'line')::int as line, c.fields,
        jsonb_array_length(r.record -> 'fields') as field_count
      from jsonb_each(roster) as f (file, sheet)
      cross join lateral jsonb_array_elements(f.sheet -> 'records') as r (record)
      cross join lateral (
        -- Without the empty fields at the end: spreadsheets write empty columns and empty lines there.
        select array_agg(e.value order by e.n) filter (where e.n <= e.last_filled) as fields
        from (
          select t.value, t.n,
            max(t.n) filter (where app_private.roster_text(t.value) is not null) over () as last_filled
          from jsonb_array_elements_text(r.record -> 'fields') with ordinality as t (value, n)
        ) e
      ) c
      where c.fields is not null
    ), headers as materialized (
      -- The first line of each file. A line must reach to the last required column; spreadsheets omit empty cells at
      -- the end.
      select h.file, h.line, cardinality(h.fields) as header_count, (
          select coalesce(max(t.n), 0)
          from unnest(h.fields) with ordinality as t (header, n)
          join app_private.roster_columns() rc on rc.file = h.file
            and rc."column" = app_private.roster_column(h.file, t.header)
          where rc.is_required) as least_count
      from (select distinct on (fi.file) fi.file, fi.line, fi.fields from filled fi order by fi.file, fi.line) h
      -- Without a readable header, the meaning of the values is unknown.
      where not exists (
        select from jsonb_array_elements(roster -> h.file -> 'faults') as fault where (fault ->> 'line')::int < h.line)
    )
    select fi.file, fi.line, fi.fields, fi.field_count, h.header_count, fi.line = h.line,
      fi.field_count >= h.least_count and cardinality(fi.fields) <= h.header_count
    from filled fi
    join headers h on h.file = fi.file;
end
$$;

comment on function app_private.roster_records is
'The lines of a roster''s files that are not empty. The first of each file is its header. `fits` says whether a line '
'has fields for all required columns and no more fields than there are columns. A file whose header could not be '
'read has no rows.';
