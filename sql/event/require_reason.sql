create or replace function app_hidden.require_reason(value text) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  return app_hidden.require_prose(value, 'reason', 500);
end
$$;

comment on function app_hidden.require_reason is
'For check constraints of tables that each booking writes to: app_hidden.require_prose for a reason of at most 500 '
'characters. PostgreSQL reads the text of a check anew in each statement, and this one is half as long. Refuses '
'text_not_accepted, text_too_long.';
