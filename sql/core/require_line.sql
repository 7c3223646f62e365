create or replace function app_hidden.require_line(value text, argument text, most int) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  if not app_hidden.is_line(value) then
    perform app_hidden.refuse('text_not_accepted',
      'A name has at least one visible character, and no line breaks, control or bidirectional characters or others that cannot be seen.',
      jsonb_build_object('argument', argument));
  end if;
  return app_hidden.require_length(value, argument, most);
end
$$;

comment on function app_hidden.require_line(text, text, int) is
'True for a name or title (app_hidden.is_line) of at most so many characters; for checks of tables, as app_hidden.require_length. Refuses text_not_accepted, text_too_long.';

revoke all on function app_hidden.require_line(text, text, int) from public;
grant execute on function app_hidden.require_line(text, text, int) to app_anonymous;
