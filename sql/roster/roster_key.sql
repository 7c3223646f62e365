create or replace function app_private.roster_key(name text) returns text
language sql immutable parallel safe
-- Any dash is a hyphen, with or without spaces around it, so that a time slot named "9:00 – 9:30" is found however the dash was typed.
return lower(regexp_replace(app_private.roster_text(name), ' ?[-‐‑‒–—] ?', '-', 'g'));

comment on function app_private.roster_key(text) is
'By what names in a roster are compared: case, white space and kinds of dashes do not matter.';

revoke all on function app_private.roster_key(text) from public;
