create or replace function app_hidden.same_name(a text, b text) returns boolean
language sql immutable parallel safe set search_path = pg_catalog, pg_temp
return lower(regexp_replace(btrim(normalize(a, nfkc)), '\s+', ' ', 'g'))
  = lower(regexp_replace(btrim(normalize(b, nfkc)), '\s+', ' ', 'g'));

comment on function app_hidden.same_name is
'Whether two texts are the same name, ignoring letter case and repeated or surrounding white space. Null when either '
'is null.';
