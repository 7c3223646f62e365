create or replace function app_private.roster_value_faults(lines app_private.roster_line[])
returns setof app_private.roster_fault
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select l.file, l.line, rc."column", v.value, case
      when v.value is null then 'a value is needed'
      when not u.is_readable
        then 'the text has no visible character, or has control, bidirectional or other characters that cannot be seen'
      else format('the text is too long: %s characters, at most %s fit', char_length(v.value), rc.max_length)
    end
    from unnest(lines) l
    join app_private.roster_columns() rc on rc.file = l.file and l.cells ? rc."column"
    cross join lateral (select l.cells ->> rc."column" as value) v
    cross join lateral (select case when rc.is_prose then app_hidden.is_prose(v.value)
      else app_hidden.is_line(v.value) end as is_readable) u
    where v.value is null and rc.is_required or not u.is_readable or char_length(v.value) > rc.max_length;
end
$$;

comment on function app_private.roster_value_faults is
'The faults of values in a roster that are missing, too long, without a visible character, or with hidden characters.';
