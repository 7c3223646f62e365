create or replace function app_private.roster_headers(roster jsonb)
returns table (file text, line int, "position" int, header text, "column" text, is_repeated boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select r.file, r.line, h.n::int, app_private.roster_text(h.header), named."column",
      named."column" is not null and row_number() over (partition by r.file, named."column" order by h.n) > 1
    from app_private.roster_records(roster) r
    cross join lateral unnest(r.fields) with ordinality as h (header, n)
    cross join lateral (select app_private.roster_column(r.file, h.header) as "column") named
    where r.is_header;
end
$$;

comment on function app_private.roster_headers is
'The headers of a roster''s files as they are written, with the column that each names, or null if there is no such '
'column.';
