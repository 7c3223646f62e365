create or replace function app_hidden.require_line(value text, argument text, most int) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  if not app_hidden.is_line(value) then
    perform app_hidden.refuse('text_not_accepted',
      'A name needs at least one visible character, and no line breaks, control characters, bidirectional controls '
      'or other invisible characters.',
      jsonb_build_object('argument', argument));
  end if;
  return app_hidden.require_length(value, argument, most);
end
$$;

comment on function app_hidden.require_line is
'For check constraints, as app_hidden.require_length. True for a name or title (app_hidden.is_line) of at most `most` '
'characters. Refuses text_not_accepted, text_too_long.';

grant execute on function app_hidden.require_line to app_anonymous;
