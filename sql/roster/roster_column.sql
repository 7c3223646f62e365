create or replace function app_private.roster_column(file text, header text) returns text
language sql immutable parallel safe
begin atomic
  select rc."column" from app_private.roster_columns() rc
  where rc.file = roster_column.file
    -- "E-Mail", "email" and "valid_from" are how people write it; characters that take no room come with what they copied.
    and regexp_replace(rc."column", '[^a-z]', '', 'g') =
      regexp_replace(lower(roster_column.header), '[-_.\s\u00a0\u00ad\u061c\u180e\u2000-\u200f\u202a-\u202f\u2060-\u2069\ufeff]', '', 'g');
end;

comment on function app_private.roster_column(text, text) is
'The column of a roster''s file that a header names, without regard to case, spaces, hyphens, underscores and invisible characters; null when there is none.';

revoke all on function app_private.roster_column(text, text) from public;
