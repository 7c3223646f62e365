create or replace function app_hidden.canonical_address(typed text) returns text
language sql immutable parallel safe
-- Under collation C, lower() changes only A to Z. Under the database's locale it could turn the Turkish İ and the
-- Kelvin sign into i and k, and so turn one mailbox into another.
return lower(btrim(typed, E' \t\r\n') collate "C");

comment on function app_hidden.canonical_address is
'An e-mail address in the spelling in which addresses are stored and compared: A to Z in lower case, without '
'surrounding white space. app_hidden.is_mailbox decides whether the result is a valid address.';
