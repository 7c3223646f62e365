create or replace function app_private.fill_in(text text, "values" jsonb) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  pattern constant text := '\{\{([#/]?)([a-z_]+)\}\}';
  literals text[] := regexp_split_to_array(text, pattern);
  marks text[];
  place int := 1;
  -- How many sections around this place are left out. They nest.
  left_out int := 0;
  open_sections boolean[] := '{}';
  result text := literals[1];
begin
  -- In one pass, so that a patient who is called {{doctor}} stays who they are.
  for marks in select m from regexp_matches(text, pattern, 'g') m loop
    place := place + 1;
    if marks[1] = '#' then
      open_sections := (coalesce("values" ->> marks[2], '') <> '') || open_sections;
      left_out := left_out + (not open_sections[1])::int;
    elsif marks[1] = '/' then
      left_out := left_out - (not open_sections[1])::int;
      open_sections := open_sections[2:];
    elsif left_out = 0 then
      result := result || coalesce("values" ->> marks[2], '');
    end if;
    if left_out = 0 then
      result := result || literals[place];
    end if;
  end loop;
  return result;
end
$$;

comment on function app_private.fill_in(text, jsonb) is
'A text with its {{words}} replaced by values; {{#word}}…{{/word}} stays only when the word has a value. check_notification_text has seen that words are known and sections closed.';

revoke all on function app_private.fill_in(text, jsonb) from public;
