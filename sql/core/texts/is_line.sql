create or replace function app_hidden.is_line(value text) returns boolean
language sql immutable parallel safe
return app_hidden.is_visible(value)
-- Nowhere in the text: control characters, line separators, bidirectional controls, and invisible characters that make
-- two different words look the same. Joiners within a word are allowed; Persian, Hindi and other languages need them.
  and value !~ E'[\\u0001-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b'
    '\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb]';

comment on function app_hidden.is_line is
'Whether a text can be a name or title: one line with at least one visible character, and without control characters, '
'bidirectional controls and other invisible characters.';

grant execute on function app_hidden.is_line to app_anonymous;
