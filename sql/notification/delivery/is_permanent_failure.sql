create or replace function app_private.is_permanent_failure(channel text, code text) returns boolean
language sql immutable
return case
  when code = 'no_address' then true
  -- In SMTP, 5xx is a permanent failure and 4xx a temporary one.
  when channel = 'email' then code ~ '^5\d\d$'
  -- In HTTP, what a receiver refuses once it will refuse again, except for its own errors, time limits and rate
  -- limits. For a webhook, 401, 403 and 404 may be a configuration error that is being corrected.
  when channel = 'sms' then code ~ '^4\d\d$' and code not in ('401', '403', '408', '425', '429')
  else code in ('400', '410', '413', '415', '422', 'not_public')
end;

comment on function app_private.is_permanent_failure is
'Whether to give a message up at once, because its channel''s answer (an SMTP response code, an HTTP status, or '
'no_address when there is no address) will not change at another attempt. Returns null or false for null and for '
'codes of network errors.';
