create or replace function app_hidden.is_line(value text) returns boolean
language sql immutable parallel safe
-- Visible is what is no space, no control character and none of those that print nothing: joiners, fillers, variation selectors, tags.
return value ~ E'[^\\u0001-\\u0020\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f\\u1160\\u1680\\u17b4\\u17b5\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\\U000e0000-\\U000e0fff]'
-- Never: control characters, line separators, bidirectional controls, and what hides in a word and makes two that look the same. Joiners
-- within a word stay, which Persian, Hindi and others need.
  and value !~ E'[\\u0001-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb]';

comment on function app_hidden.is_line(text) is
'Whether a text can be a name or title: at least one visible character, on one line, without control, bidirectional and other characters that cannot be seen.';

revoke all on function app_hidden.is_line(text) from public;
grant execute on function app_hidden.is_line(text) to app_anonymous;
