create or replace function app_hidden.is_mailbox(value text) returns boolean
language sql immutable parallel safe
-- The local part is what HTML defines for <input type="email">, without capitals. It has no quotes, commas, brackets or
-- colons, so no mail library can read it as a list or a group. The domain has at least two labels, and the last does
-- not begin with a digit, so it is not an IP address. Non-ASCII letters are refused: a domain with such letters is
-- written in its xn-- form, and few servers accept mail to a local part with such letters.
return octet_length(value) <= 254 and value ~
  '^[a-z0-9.!#$%&''*+/=?^_`{|}~-]{1,64}@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?[.])+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$';

comment on function app_hidden.is_mailbox is
'Whether a text is exactly one mailbox in canonical form, such as ann@example.org or ann@xn--mller-kva.example.';

grant execute on function app_hidden.is_mailbox to app_anonymous;
