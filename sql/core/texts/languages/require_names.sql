create or replace function app_hidden.require_names(names jsonb, argument text, most int) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  if jsonb_typeof(names) = 'object' then
    perform app_hidden.require_line(n.value, argument, most) from jsonb_each_text(names) n;
  end if;
  return true;
end
$$;

comment on function app_hidden.require_names is
'True for a JSON object whose values are names of at most `most` characters each (app_hidden.require_line). Refuses '
'text_not_accepted, text_too_long.';

grant execute on function app_hidden.require_names to app_anonymous;
