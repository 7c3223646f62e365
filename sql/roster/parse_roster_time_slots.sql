create or replace function app_private.parse_roster_time_slots(
  value text, time_slots app_private.roster_time_slot[], clock int, unread jsonb, out names text[], out reasons text[])
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  with items as materialized (
    select f.names, f.reason
    from regexp_split_to_table(value, case
      -- A name may have commas of its own, and a cell that is only separators is judged as it stands.
      when value !~ '[^;, ]' or exists (select from unnest(time_slots) s where app_private.roster_key(s.name) = app_private.roster_key(value)) then '$'
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

comment on function app_private.parse_roster_time_slots(text, app_private.roster_time_slot[], int, jsonb) is
'The names of the time slots of a cell such as "8:00 - 12:00; 13:00 - 16:30", each once, and why parts of it mean none.';

revoke all on function app_private.parse_roster_time_slots(text, app_private.roster_time_slot[], int, jsonb) from public;
