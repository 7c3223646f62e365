create or replace function app_hidden.is_prose(value text) returns boolean
language sql immutable parallel safe
-- Tabs and line breaks are allowed. So are the marks U+200E and U+200F, which Arabic and Hebrew use: they do not
-- reverse other characters.
return value !~ E'[\\u0001-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f'
  '\\u202a-\\u202e\\u2066-\\u206f\\ufff9-\\ufffb]';

comment on function app_hidden.is_prose is
'Whether a text of several lines contains no control characters (except tabs and line breaks) and no characters that '
'reverse or embed the direction of others.';

grant execute on function app_hidden.is_prose to app_anonymous;
