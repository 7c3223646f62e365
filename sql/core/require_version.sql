create or replace function app_private.require_version(table_name text, given int, current int) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if given <> current then
    perform app_hidden.refuse('stale_row_version', 'Somebody changed this in the meantime: read it again.',
      jsonb_build_object('table', table_name, 'given', given, 'current', current));
  end if;
end
$$;

comment on function app_private.require_version(text, int, int) is
'Refuses (stale_row_version) a caller who has seen another version of the row than the current one; null is whoever does not mind. The caller has locked the row. What bump_row_version is to updates, for functions.';

revoke all on function app_private.require_version(text, int, int) from public;
