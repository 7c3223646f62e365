create or replace function app_hidden.is_prose(value text) returns boolean
language sql immutable parallel safe
-- Tab and line breaks are of the text. The marks U+200E and U+200F are, too, in Arabic and Hebrew: they turn nothing around.
return value !~ E'[\\u0001-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u206f\\ufff9-\\ufffb]';

comment on function app_hidden.is_prose(text) is
'Whether a text of several lines is without control characters (but tab and line breaks) and without those that reverse or embed the direction of others.';

revoke all on function app_hidden.is_prose(text) from public;
grant execute on function app_hidden.is_prose(text) to app_anonymous;
