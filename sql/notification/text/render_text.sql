create or replace function app_private.render_text(parts text[], "values" jsonb) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  part text;
  word text;
  -- How many of the open sections are omitted. Sections can be nested.
  omitted int := 0;
  open_sections boolean[] := '{}';
  result text := parts[1];
begin
  -- In one pass, so that a patient whose name is {{doctor}} keeps that name.
  foreach part in array parts[2:] loop
    word := split_part(part, '}}', 1);
    if starts_with(word, '#') then
      open_sections := (coalesce("values" ->> substr(word, 2), '') <> '') || open_sections;
      omitted := omitted + (not open_sections[1])::int;
    elsif starts_with(word, '/') then
      omitted := omitted - (not open_sections[1])::int;
      open_sections := open_sections[2:];
    elsif omitted = 0 then
      result := result || coalesce("values" ->> word, '');
    end if;
    if omitted = 0 then
      result := result || substr(part, length(word) + 3);
    end if;
  end loop;
  return result;
end
$$;

comment on function app_private.render_text is
'Replaces the {{words}} of a text that split_text has split by their values; {{#word}}…{{/word}} is kept only when '
'the word has a value. assert_text_is_valid has checked that the words are known and the sections closed.';
