create or replace function app_private.roster_column(file text, header text) returns text
language sql immutable parallel safe
begin atomic
  select rc."column" from app_private.roster_columns() rc
  where rc.file = roster_column.file
    -- People write "E-Mail", "email" or "valid_from", and copied text may contain invisible characters.
    and regexp_replace(rc."column", '[^a-z]', '', 'g') =
      regexp_replace(lower(roster_column.header),
        '[-_.\s\u00a0\u00ad\u061c\u180e\u2000-\u200f\u202a-\u202f\u2060-\u2069\ufeff]', '', 'g');
end;

comment on function app_private.roster_column is
'The column of a roster''s file that a header names, ignoring case, spaces, hyphens, underscores and invisible '
'characters; null if there is none.';
