create or replace function app_hidden.are_texts_by_language(texts jsonb) returns boolean
language sql immutable strict parallel safe
return jsonb_typeof(texts) = 'object'
  and not texts @? '$.keyvalue() ? (!(@.key like_regex "^[a-z]{2}$"))'
  and not texts @? 'strict $.* ? (@.type() != "string")';

comment on function app_hidden.are_texts_by_language is
'For check constraints: whether a JSON object holds texts by two-letter language code, such as {"de": "Kardiologie"}.';

grant execute on function app_hidden.are_texts_by_language to app_anonymous;
