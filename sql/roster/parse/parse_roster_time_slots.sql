create or replace function app_private.parse_roster_time_slots(
  value text, time_slots app_private.roster_time_slot[], clock int, unread jsonb, out names text[], out reasons text[])
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  with items as materialized (
    select f.names, f.reason
    from regexp_split_to_table(value, case
      -- A name may contain commas, and a cell of separators only is checked as it is.
      when value !~ '[^;, ]'
        or exists (select from unnest(time_slots) s
        where app_private.roster_key(s.name) = app_private.roster_key(value)) then '$'
      else ' ?[;,] ?'
    end) i
    cross join lateral app_private.find_roster_time_slots(i, time_slots, clock, unread) f
    where i <> ''
  )
  select array(select distinct n from items cross join lateral unnest(items.names) n),
         array(select items.reason from items where items.reason is not null)
    into names, reasons;
end
$$;

comment on function app_private.parse_roster_time_slots is
'The names of the time slots in a cell such as "8:00 - 12:00; 13:00 - 16:30", each once, and the reasons why parts '
'of it stand for none.';
