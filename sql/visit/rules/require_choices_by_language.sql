create or replace function app_hidden.require_choices_by_language(lists jsonb, argument text) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  return app_hidden.require_choices(
    array(select choice #>> '{}' from jsonb_path_query(lists, 'lax $.*[*] ? (@.type() == "string")') choice),
    argument);
end
$$;

comment on function app_hidden.require_choices_by_language is
'app_hidden.require_choices for the lists of a JSON object. Refuses text_not_accepted, text_too_long.';

grant execute on function app_hidden.require_choices_by_language to app_anonymous;
