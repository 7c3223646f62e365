create or replace function app_hidden.plain_name(name text) returns text
language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
return app_hidden.name_key(translate(app_hidden.fold_letters(plain_name.name), '-''', ' '));

comment on function app_hidden.plain_name(text) is
'The key of a name (app_hidden.name_key) in which nothing stands twice: hyphens separate words, apostrophes do not. Two names are the same in any order of their words when it is the same.';

revoke all on function app_hidden.plain_name(text) from public;
