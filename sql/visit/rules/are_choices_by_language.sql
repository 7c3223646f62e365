create or replace function app_hidden.are_choices_by_language(lists jsonb, choices text[]) returns boolean
language sql immutable strict parallel safe
return jsonb_typeof(lists) = 'object'
  and not lists @? '$.keyvalue() ? (!(@.key like_regex "^[a-z]{2}$"))'
  and not lists @? 'strict $.* ? (@.type() != "array")'
  and not lists @? 'strict $.*[*] ? (@.type() != "string")'
  and (select coalesce(bool_and(jsonb_array_length(l.value) = cardinality(choices)), true)
       from jsonb_path_query(lists, 'strict $.* ? (@.type() == "array")') l (value));

comment on function app_hidden.are_choices_by_language is
'For check constraints: whether a JSON object holds lists of texts by two-letter language code, each with one text for '
'each choice in the order of `choices`: {"de": ["Vorsorge", "Beschwerden"]}.';

grant execute on function app_hidden.are_choices_by_language to app_anonymous;
