create or replace function app_private.roster_text(value text) returns text
language sql immutable parallel safe
-- Spreadsheets bring no-break spaces (before AM, say), from a Mac letters in two parts, and from web pages characters that take no
-- room (soft hyphens, zero-width spaces, direction marks): what looks the same has to be the same.
return nullif(btrim(regexp_replace(
  regexp_replace(normalize(value, nfc), '[\u00ad\u061c\u200b\u200e\u200f\u2060\ufeff]', '', 'g'),
  '[\s\u00a0\u2000-\u200a\u202f\u3000]+', ' ', 'g')), '');

comment on function app_private.roster_text(text) is
'A cell of a roster as it is judged and stored: no white space around it, single spaces within and no characters without width, null when nothing is left.';

revoke all on function app_private.roster_text(text) from public;
