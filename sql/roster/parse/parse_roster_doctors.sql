create or replace function app_private.parse_roster_doctors(
  value text, doctors app_private.roster_doctor[], unread jsonb, out names text[], out minutes int[],
  out reasons text[])
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  with items as materialized (
    select i.n, i.item, coalesce(whole.name, named.name) as name, m.minutes, m.reason,
      whole.name is null and lower(i.item) in ('all', 'alle') as is_all,
      -- If no name of doctors.csv could be read, any name may be one of them.
      coalesce(unread ? app_private.roster_key(i.item) or unread ? app_private.roster_key(p.parts[1]), unread is null)
        as is_unread
    from regexp_split_to_table(value, ' ?; ?') with ordinality i (item, n)
    cross join lateral (select regexp_match(i.item, '^(.*[^ ]) ?\(([^()]*)\)$') as parts) p
    left join unnest(doctors) whole on app_private.roster_key(whole.name) = app_private.roster_key(i.item)
    left join unnest(doctors) named
      on whole.name is null and app_private.roster_key(named.name) = app_private.roster_key(p.parts[1])
    cross join lateral app_private.parse_roster_minutes(
      case when named.name is not null then p.parts[2] end, 1, 1440) m
    where i.item <> ''
  ), offering as (
    select d.name, max(items.minutes) as minutes, count(distinct items.minutes) > 1 as is_unclear
    from unnest(doctors) d
    left join items on items.name = d.name
    where items.name is not null or exists (select from items where items.is_all)
    group by d.name
  )
  select case when not exists (select from items where items.name is null and not items.is_all) then
      array(select o.name from offering o order by o.name) end,
    array(select o.minutes from offering o order by o.name),
    array(
      select case when items.name is null then format('"%s" is not a doctor in doctors.csv', items.item)
        else items.reason end
      from items
      where items.name is null and not items.is_all and not items.is_unread or items.reason is not null
      order by items.n)
    || array(select format('"%s" has two lengths', o.name) from offering o where o.is_unclear order by o.name)
    into names, minutes, reasons;
end
$$;

comment on function app_private.parse_roster_doctors is
'The names of the doctors in a cell such as "Dr. Weber; Dr. Berg (45)", or of all with "all", with the minutes that '
'the visit takes with each (null: as many as with others), and the reasons why parts of it stand for none. The names '
'are null if one of them is not known. `unread` is that of app_private.unread_roster_names.';
