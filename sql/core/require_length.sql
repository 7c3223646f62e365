create or replace function app_hidden.require_length(value text, argument text, most int) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  if char_length(value) > most then
    perform app_hidden.refuse('text_too_long', format('The text has %s characters; %s fit.', char_length(value), most),
      jsonb_build_object('argument', argument, 'maxLength', most));
  end if;
  return true;
end
$$;

comment on function app_hidden.require_length(text, text, int) is
'True for a text of at most so many characters. For checks of tables: a refusal that is raised has no row in it, while the failure of a check writes the whole row to PostgreSQL''s log. `argument` is the column as the API calls it. Refuses text_too_long.';

revoke all on function app_hidden.require_length(text, text, int) from public;
grant execute on function app_hidden.require_length(text, text, int) to app_anonymous;
