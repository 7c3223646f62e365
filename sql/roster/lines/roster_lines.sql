create or replace function app_private.roster_lines(roster jsonb) returns setof app_private.roster_line
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select r.file, r.line, jsonb_object_agg(h."column", c.value)
    from app_private.roster_records(roster) r
    join app_private.roster_headers(roster) h on h.file = r.file and h."column" is not null and not h.is_repeated
    join app_private.roster_columns() rc on rc.file = h.file and rc."column" = h."column"
    cross join lateral (
      select case
        when rc.is_prose then nullif(btrim(normalize(r.fields[h.position], nfc), E' \t\n'), '')
        else app_private.roster_text(r.fields[h.position])
      end as value
    ) c
    -- In a line with too many or too few fields, values are in the wrong columns.
    where not r.is_header and r.fits
    group by r.file, r.line
    order by r.file, r.line;
end
$$;

comment on function app_private.roster_lines is
'The lines of a roster that can be checked, each as {"column": "value" or null} for the columns that its file has.';
