create or replace function app_hidden.refuse(name text, message text, detail jsonb default null) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  state text;
begin
  select ec.sqlstate into state from app_hidden.error_codes ec where ec.name = refuse.name;
  if state is null then
    -- A typing error of ours must not look like a refusal.
    raise exception 'the refusal "%" is not registered in app_hidden.error_codes', refuse.name using errcode = 'XX000';
  end if;
  raise exception using
    errcode = state,
    message = refuse.message,
    detail = coalesce(refuse.detail, '{}'::jsonb)::text;
end
$$;

comment on function app_hidden.refuse(text, text, jsonb) is
$c$Refuses: raises the SQLSTATE registered under `name` in app_hidden.error_codes, with a sentence for people and, as DETAIL, a json object for programs. Never returns.$c$;

revoke all on function app_hidden.refuse(text, text, jsonb) from public;
grant execute on function app_hidden.refuse(text, text, jsonb) to app_anonymous, app_authenticator;
