create or replace function app_private.roster_translations(cells jsonb, "column" text) returns jsonb
language sql immutable parallel safe
return jsonb_strip_nulls(jsonb_build_object(
  'de', cells -> (roster_translations."column" || ' de'), 'en', cells -> (roster_translations."column" || ' en')));

comment on function app_private.roster_translations is
'The translations of a column in a roster''s line, from the columns "<column> de" and "<column> en", by language: '
'{"de": "Erstgespräch"}.';
