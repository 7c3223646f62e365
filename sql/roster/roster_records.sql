create or replace function app_private.roster_records(roster jsonb)
returns table (file text, line int, fields text[], field_count int, header_count int, is_header boolean, fits boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    with filled as (
      select f.file, (r.record ->> 'line')::int as line, c.fields, jsonb_array_length(r.record -> 'fields') as field_count
      from jsonb_each(roster) as f (file, sheet)
      cross join lateral jsonb_array_elements(f.sheet -> 'records') as r (record)
      cross join lateral (
        -- Cut behind the last field with something in it: spreadsheets leave empty columns at the end, and empty lines.
        select array_agg(e.value order by e.n) filter (where e.n <= e.last_filled) as fields
        from (
          select t.value, t.n, max(t.n) filter (where app_private.roster_text(t.value) is not null) over () as last_filled
          from jsonb_array_elements_text(r.record -> 'fields') with ordinality as t (value, n)
        ) e
      ) c
      where c.fields is not null
    ), placed as (
      select fi.*, row_number() over in_file = 1 as is_header, first_value(cardinality(fi.fields)) over in_file as header_count
      from filled fi
      window in_file as (partition by fi.file order by fi.line)
    )
    select p.file, p.line, p.fields, p.field_count, p.header_count, p.is_header,
      p.field_count >= p.header_count and cardinality(p.fields) <= p.header_count
    from placed p
    -- Without a header that could be read, nothing says what the values of a line are.
    where not exists (
      select from jsonb_array_elements(roster -> p.file -> 'faults') as fault
      where (fault ->> 'line')::int < (select min(h.line) from filled h where h.file = p.file));
end
$$;

comment on function app_private.roster_records(jsonb) is
'The lines of a roster''s files that have something in them; the first of each file is its header, and `fits` says whether the others have as many fields. Nothing of a file whose header could not be read.';

revoke all on function app_private.roster_records(jsonb) from public;
