create or replace function app_hidden.misspelt_patterns(word text) returns text[]
language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
return (
  select array_agg(distinct '% ' || misspelling.pattern || '%')
  from generate_series(1, char_length(word)) i,
    lateral (values
      -- Another letter in this place, one too few before it, one too many in it, and two that changed places.
      (left(word, i - 1) || '_' || substr(word, i + 1)),
      (left(word, i - 1) || '_' || substr(word, i)),
      (left(word, i - 1) || substr(word, i + 1)),
      (left(word, i - 1) || substr(word, i + 1, 1) || substr(word, i, 1) || substr(word, i + 2))
    ) as misspelling (pattern));

comment on function app_hidden.misspelt_patterns(text) is
'Patterns for LIKE that find the beginning of a word in a key (app_hidden.search_key) although one letter was typed wrong, too much, too little, or swapped with the next.';

revoke all on function app_hidden.misspelt_patterns(text) from public;
