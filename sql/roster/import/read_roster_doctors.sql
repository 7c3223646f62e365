create or replace function app_private.read_roster_doctors(
  lines app_private.roster_line[], out doctors app_private.roster_doctor[], out faults app_private.roster_fault[])
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  with given as materialized (
    select l.line, l.cells ->> 'name' as name, l.cells ->> 'specializations' as specializations,
      l.cells ->> 'about' as about,
      array(select s from regexp_split_to_table(l.cells ->> 'specializations', ' ?; ?') s where s <> '') as list,
      first_value(l.line) over (partition by app_private.roster_key(l.cells ->> 'name') order by l.line) as first_line
    from unnest(lines) l where l.file = 'doctors.csv'
  ), checked as (
    select g.line, 'name' as "column", g.name as value,
      format('"%s" stands in line %s already', g.name, g.first_line) as reason
    from given g where g.name is not null and g.first_line < g.line
    union all
    select g.line, 'specializations', g.specializations, format('"%s" is too long: at most 100 characters fit', s)
    from given g cross join lateral unnest(g.list) s where char_length(s) > 100
    union all
    select g.line, 'specializations', g.specializations, 'a value is needed'
    from given g where g.specializations is not null and g.list = '{}'
  )
  select array(select row(g.line, g.name, g.list, g.about)::app_private.roster_doctor from given g
    where g.first_line = g.line and g.name is not null order by g.line),
         array(select row('doctors.csv', j.line, j."column", j.value, j.reason)::app_private.roster_fault
           from checked j)
    into doctors, faults;
end
$$;

comment on function app_private.read_roster_doctors is
'Reads and checks a roster''s doctors.csv. Returns the doctors (if several have the same name, the first), and the '
'faults.';
