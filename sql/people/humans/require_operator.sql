create or replace function app_private.require_operator() returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if not app_private.caller_is_operator() then
    perform app_hidden.refuse('forbidden', 'Only operators of the installation do this.');
  end if;
end
$$;

comment on function app_private.require_operator is
'Refuses (forbidden) callers who are neither administrators nor DBAs.';
