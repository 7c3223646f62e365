create or replace function app_private.parse_roster_needs(
  value text, rooms app_private.roster_room[], unread jsonb, out needs jsonb, out reasons text[])
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  with items as materialized (
    select n.place, i.item, r.name
    from regexp_split_to_table(value, ' ?; ?') with ordinality n (alternatives, place)
    cross join regexp_split_to_table(n.alternatives, ' (or|oder) ', 'i') i (item)
    left join unnest(rooms) r on app_private.roster_key(r.name) = app_private.roster_key(i.item)
    where i.item <> ''
  )
  select coalesce((
      select jsonb_agg(n.names order by n.place)
      from (
        select items.place, jsonb_agg(items.name) as names from items
        where items.name is not null group by items.place) n), '[]'),
    array(
      select format('"%s" is not a room or equipment in rooms.csv', items.item) from items
      where items.name is null and not coalesce(unread ? app_private.roster_key(items.item), false)
      union all
      select format('"%s" serves one need only', items.name) from items
      where items.name is not null group by items.name having count(*) > 1)
    into needs, reasons;
end
$$;

comment on function app_private.parse_roster_needs is
'What a visit takes, from a cell such as "Room 1 or Room 2; Ultrasound": a list of names for each need, and the '
'reasons why parts of it cannot be used. `unread` is that of app_private.unread_roster_names.';
