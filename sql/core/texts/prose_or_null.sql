create or replace function app_hidden.prose_or_null(value text) returns text
language sql immutable parallel safe
return case when app_hidden.is_visible(value) then btrim(value, E' \t\r\n') end;

comment on function app_hidden.prose_or_null is
'A text of several lines without white space around it; null for one without any visible character.';
