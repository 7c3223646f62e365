create or replace function app_hidden.is_mailbox(value text) returns boolean
language sql immutable parallel safe
-- The local part as HTML defines it for <input type="email">, without capitals: no quotes, commas, brackets or colons, so no mail library
-- can read it as a list or a group. The domain has two labels at least, and the last does not begin with a digit: no IP address.
-- Other letters are refused. A domain that has some is written in its xn-- form, and mail to a local part that has some reaches few servers.
return octet_length(value) <= 254 and value ~
  '^[a-z0-9.!#$%&''*+/=?^_`{|}~-]{1,64}@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?[.])+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$';

comment on function app_hidden.is_mailbox(text) is
'Whether a text is exactly one mailbox in canonical form, such as ann@example.org or ann@xn--mller-kva.example.';

revoke all on function app_hidden.is_mailbox(text) from public;
grant execute on function app_hidden.is_mailbox(text) to app_anonymous;
