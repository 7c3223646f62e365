create or replace function app_hidden.name_key(name text) returns text
language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  -- Anna-Lena is found as Annalena too, and O'Brien as OBrien and as O Brien: once with what joins the parts, once without.
  select ' ' || coalesce(string_agg(distinct word, ' ' order by word), '') || ' '
  from app_hidden.fold_letters(name_key.name) folded,
    regexp_split_to_table(
      regexp_replace(folded, '[''-]', '', 'g') || ' ' || regexp_replace(folded, '[''-]', ' ', 'g'),
      '[[:space:][:punct:]$+<=>^|~]+') word
  where word <> '';
end;

comment on function app_hidden.name_key(text) is
'The words of a name as they are compared, each once, in the order of their letters, with a space before and after each: Weber, Jonas and jonas weber have the same key.';

revoke all on function app_hidden.name_key(text) from public;
grant execute on function app_hidden.name_key(text) to app_staff;
