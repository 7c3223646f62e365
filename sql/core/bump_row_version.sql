create or replace function app_hidden.bump_row_version() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- An update that does not mention row_version leaves OLD's in NEW and passes; one that brings an older version has not seen the last change.
  if NEW.row_version is distinct from OLD.row_version then
    perform app_hidden.refuse('stale_row_version', 'Somebody changed this in the meantime: read it again.',
      jsonb_build_object('table', TG_TABLE_NAME, 'given', NEW.row_version, 'current', OLD.row_version));
  end if;
  NEW.row_version := OLD.row_version + 1;
  return NEW;
end
$$;

comment on function app_hidden.bump_row_version() is
'Trigger: counts the changes of a row in row_version; refuses (stale_row_version) an update that carries another version than the current one.';

revoke all on function app_hidden.bump_row_version() from public;
