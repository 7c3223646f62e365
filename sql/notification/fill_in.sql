create or replace function app_private.fill_in(parts text[], "values" jsonb) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  part text;
  word text;
  -- How many sections around this place are left out. They nest.
  left_out int := 0;
  open_sections boolean[] := '{}';
  result text := parts[1];
begin
  -- In one pass, so that a patient who is called {{doctor}} stays who they are.
  foreach part in array parts[2:] loop
    word := split_part(part, '}}', 1);
    if starts_with(word, '#') then
      open_sections := (coalesce("values" ->> substr(word, 2), '') <> '') || open_sections;
      left_out := left_out + (not open_sections[1])::int;
    elsif starts_with(word, '/') then
      left_out := left_out - (not open_sections[1])::int;
      open_sections := open_sections[2:];
    elsif left_out = 0 then
      result := result || coalesce("values" ->> word, '');
    end if;
    if left_out = 0 then
      result := result || substr(part, length(word) + 3);
    end if;
  end loop;
  return result;
end
$$;

comment on function app_private.fill_in(text[], jsonb) is
'A text, cut by text_parts, with its {{words}} replaced by values; {{#word}}…{{/word}} stays only when the word has a value. check_notification_text has seen that words are known and sections closed.';

revoke all on function app_private.fill_in(text[], jsonb) from public;
