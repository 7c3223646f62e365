create or replace function app_private.parse_roster_weekday(value text) returns int
language sql immutable parallel safe
-- The beginning of the name in English or German, at least two letters (no two days share these), with or without an
-- s or a dot at the end: Mo, Mon, Mon., Tues, Wednesdays, Di, Donnerstag.
return (
  select n.weekday
  from (values (1, 'monday'), (2, 'tuesday'), (3, 'wednesday'), (4, 'thursday'), (5, 'friday'), (6, 'saturday'),
    (7, 'sunday'),
    (1, 'montag'), (2, 'dienstag'), (3, 'mittwoch'), (4, 'donnerstag'), (5, 'freitag'), (6, 'samstag'),
      (7, 'sonntag')) as n (weekday, name)
  cross join (values (rtrim(lower(value), '.')), (regexp_replace(lower(value), 's\.?$', ''))) as w (word)
  where char_length(w.word) >= 2 and starts_with(n.name, w.word)
  limit 1
);

comment on function app_private.parse_roster_weekday is
'The ISO weekday (1 is Monday) that a word of a roster stands for, or null.';
