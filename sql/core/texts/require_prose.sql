create or replace function app_hidden.require_prose(value text, argument text, most int) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  if not app_hidden.is_prose(value) then
    perform app_hidden.refuse('text_not_accepted',
      'The text contains control characters, or characters that change the direction of others.',
      jsonb_build_object('argument', argument));
  end if;
  return app_hidden.require_length(value, argument, most);
end
$$;

comment on function app_hidden.require_prose is
'For check constraints, as app_hidden.require_length. True for a text of several lines (app_hidden.is_prose) of at '
'most `most` characters. Refuses text_not_accepted, text_too_long.';

grant execute on function app_hidden.require_prose to app_anonymous;
