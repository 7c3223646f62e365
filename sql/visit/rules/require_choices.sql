create or replace function app_hidden.require_choices(choices text[], argument text) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  perform app_hidden.require_line(choice, argument, 100) from unnest(choices) choice;
  return true;
end
$$;

comment on function app_hidden.require_choices is
'For check constraints, as app_hidden.require_length. True if each choice is one line of at most 100 characters. '
'Refuses text_not_accepted, text_too_long.';

grant execute on function app_hidden.require_choices to app_anonymous;
