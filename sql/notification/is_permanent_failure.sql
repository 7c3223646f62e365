create or replace function app_private.is_permanent_failure(channel text, code text) returns boolean
language sql immutable
return case
  when code = 'no_address' then true
  -- SMTP: 5xx says never, 4xx not now.
  when channel = 'email' then code ~ '^5\d\d$'
  -- HTTP: what the receiver does not take it will not take the next time either, but for its own troubles, time limits and rates.
  -- 401, 403 and 404 of a webhook are a configuration that somebody may be mending this hour.
  when channel = 'sms' then code ~ '^4\d\d$' and code not in ('401', '403', '408', '425', '429')
  else code in ('400', '410', '413', '415', '422', 'not_public')
end;

comment on function app_private.is_permanent_failure(text, text) is
'Whether to give up at once: a channel''s answer (SMTP response code, HTTP status, no_address when there is no address to send to) that another attempt will not change. Null or the code of a network error is not.';

revoke all on function app_private.is_permanent_failure(text, text) from public;
