create or replace function app_hidden.name_key(name text) returns text
language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  -- Each name is split twice, with its hyphens and apostrophes removed and with them replaced by spaces. So Anna-Lena
  -- is also found as Annalena, and O'Brien as OBrien and as O Brien.
  select ' ' || coalesce(string_agg(distinct word, ' ' order by word), '') || ' '
  from app_hidden.fold_letters(name_key.name) folded,
    regexp_split_to_table(
      regexp_replace(folded, '[''-]', '', 'g') || ' ' || regexp_replace(folded, '[''-]', ' ', 'g'),
      '[[:space:][:punct:]$+<=>^|~]+') word
  where word <> '';
end;

comment on function app_hidden.name_key is
'The words of a name in the form in which they are compared: each word once, in alphabetical order, with a space '
'before and after each. Weber, Jonas and jonas weber have the same key.';

grant execute on function app_hidden.name_key to app_staff;
