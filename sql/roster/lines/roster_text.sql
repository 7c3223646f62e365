create or replace function app_private.roster_text(value text) returns text
language sql immutable parallel safe
-- Spreadsheets write no-break spaces (for example before AM), macOS writes letters in two parts, and web pages
-- contain invisible characters (soft hyphens, zero-width spaces, direction marks). Texts that look the same must be
-- equal.
return nullif(btrim(regexp_replace(
  regexp_replace(normalize(value, nfc), '[\u00ad\u061c\u200b\u200e\u200f\u2060\ufeff]', '', 'g'),
  '[\s\u00a0\u2000-\u200a\u202f\u3000]+', ' ', 'g')), '');

comment on function app_private.roster_text is
'A cell of a roster as it is checked and stored: without white space around it, with single spaces within, and '
'without characters of no width; null when nothing is left.';
