create or replace function app_hidden.misspelt_patterns(word text) returns text[]
language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
return (
  select array_agg(distinct '% ' || misspelling.pattern || '%')
  from generate_series(1, char_length(word)) i,
    lateral (values
      -- In this place: a wrong letter, a missing letter before it, an extra letter, and two letters swapped.
      (left(word, i - 1) || '_' || substr(word, i + 1)),
      (left(word, i - 1) || '_' || substr(word, i)),
      (left(word, i - 1) || substr(word, i + 1)),
      (left(word, i - 1) || substr(word, i + 1, 1) || substr(word, i, 1) || substr(word, i + 2))
    ) as misspelling (pattern));

comment on function app_hidden.misspelt_patterns is
'LIKE patterns that find the beginning of a word in a key (app_hidden.search_key) despite one typing error: a wrong, '
'missing or extra letter, or two neighbouring letters swapped.';
