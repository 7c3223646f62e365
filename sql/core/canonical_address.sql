create or replace function app_hidden.canonical_address(typed text) returns text
language sql immutable parallel safe
-- Under collation C, lower() changes A to Z only. Under the database's locale it may turn the Turkish İ and the Kelvin sign into i and k, and
-- so one mailbox into another.
return lower(btrim(typed, E' \t\r\n') collate "C");

comment on function app_hidden.canonical_address(text) is
'An e-mail address in the one spelling in which addresses are stored and compared: A to Z in lower case, without surrounding white space. Whether the result is an address is for app_hidden.is_mailbox to say.';

revoke all on function app_hidden.canonical_address(text) from public;
