create or replace function app_hidden.is_visible(value text) returns boolean
language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  -- At least one visible character: not a space, not a control character, and none of the characters that print nothing
  -- (joiners, fillers, variation selectors, tags). Not written in SQL: PostgreSQL would inline it into the check of
  -- reasons and parse its text in every booking, although a booking has no reason.
  return value ~
    E'[^\\u0001-\\u0020\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f\\u1160\\u1680\\u17b4\\u17b5\\u180b-\\u180f'
    '\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164'
    '\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\\U000e0000-\\U000e0fff]';
end
$$;

comment on function app_hidden.is_visible is 'Whether a text has at least one visible character.';

grant execute on function app_hidden.is_visible to app_anonymous;
