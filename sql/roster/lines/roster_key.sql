create or replace function app_private.roster_key(name text) returns text
language sql immutable parallel safe
-- Every dash counts as a hyphen, with or without spaces around it, so that a time slot named "9:00 – 9:30" is found
-- with any dash.
return lower(regexp_replace(app_private.roster_text(name), ' ?[-‐‑‒–—] ?', '-', 'g'));

comment on function app_private.roster_key is
'The key by which names in a roster are compared: it ignores case, white space and the kind of dash.';
