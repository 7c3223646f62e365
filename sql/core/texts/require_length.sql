create or replace function app_hidden.require_length(value text, argument text, most int) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  if char_length(value) > most then
    perform app_hidden.refuse('text_too_long',
      format('The text has %s characters. At most %s are allowed.', char_length(value), most),
      jsonb_build_object('argument', argument, 'maxLength', most));
  end if;
  return true;
end
$$;

comment on function app_hidden.require_length is
'For check constraints. True for a text of at most `most` characters. It raises a refusal rather than returning '
'false, because a failed check writes the whole row to PostgreSQL''s log and a refusal does not. `argument` is the '
'column''s name in the API. Refuses text_too_long.';

grant execute on function app_hidden.require_length to app_anonymous;
