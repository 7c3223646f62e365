create or replace function app_private.roster_text(value text) returns text
language sql immutable parallel safe
-- Spreadsheets bring no-break spaces (before AM, say) and, from a Mac, letters in two parts: what looks the same has to be the same.
return nullif(btrim(regexp_replace(normalize(value, nfc), '[\s\u00a0\u2000-\u200b\u202f\u3000\ufeff]+', ' ', 'g')), '');

comment on function app_private.roster_text(text) is
'A cell of a roster as it is judged and stored: no white space around it and single spaces within, null when nothing is left.';

revoke all on function app_private.roster_text(text) from public;
