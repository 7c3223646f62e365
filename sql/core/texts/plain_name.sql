create or replace function app_hidden.plain_name(name text) returns text
language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
return app_hidden.name_key(translate(app_hidden.fold_letters(plain_name.name), '-''', ' '));

comment on function app_hidden.plain_name is
'The key of a name (app_hidden.name_key) with each word in one spelling only: hyphens separate words, apostrophes do '
'not. Two names with the same words in any order have the same plain name.';
