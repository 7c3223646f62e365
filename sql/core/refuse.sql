create or replace function app_hidden.refuse(name text, message text, detail jsonb default null) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  state text;
begin
  select ec.sqlstate into state from app_hidden.error_codes ec where ec.name = refuse.name;
  if state is null then
    -- A misspelt name is a bug and must not look like a refusal.
    raise exception 'the refusal "%" is not registered in app_hidden.error_codes', refuse.name using errcode = 'XX000';
  end if;
  raise exception using
    errcode = state,
    message = refuse.message,
    detail = coalesce(refuse.detail, '{}'::jsonb)::text;
end
$$;

comment on function app_hidden.refuse is
'Raises a refusal, with the SQLSTATE that is registered for `name` in app_hidden.error_codes. `message` is a sentence '
'for people. `detail`, a JSON object for programs, becomes DETAIL. Never returns.';

grant execute on function app_hidden.refuse to app_anonymous, app_authenticator;
