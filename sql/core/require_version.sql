create or replace function app_private.require_version(table_name text, given int, current int) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if given <> current then
    perform app_hidden.refuse('stale_row_version', 'Somebody changed this in the meantime. Read it again.',
      jsonb_build_object('table', table_name, 'given', given, 'current', current));
  end if;
end
$$;

comment on function app_private.require_version is
'Refuses (stale_row_version) a caller who has read another version of the row than the current one. A null `given` '
'means that the caller does not ask for this check. The caller has locked the row. Functions use this; for updates '
'the trigger bump_row_version does the same.';
