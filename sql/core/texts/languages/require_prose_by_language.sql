create or replace function app_hidden.require_prose_by_language(texts jsonb, argument text, most int) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  if jsonb_typeof(texts) = 'object' then
    perform app_hidden.require_prose(t.value, argument, most) from jsonb_each_text(texts) t;
  end if;
  return true;
end
$$;

comment on function app_hidden.require_prose_by_language is
'True for a JSON object whose values are texts of at most `most` characters each (app_hidden.require_prose). Refuses '
'text_not_accepted, text_too_long.';

grant execute on function app_hidden.require_prose_by_language to app_anonymous;
