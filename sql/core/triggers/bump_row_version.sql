create or replace function app_hidden.bump_row_version() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- An update that does not set row_version leaves the value of OLD in NEW and passes. An update that sets an older
  -- version was made without seeing the last change.
  if NEW.row_version is distinct from OLD.row_version then
    perform app_hidden.refuse('stale_row_version', 'Somebody changed this in the meantime. Read it again.',
      jsonb_build_object('table', TG_TABLE_NAME, 'given', NEW.row_version, 'current', OLD.row_version));
  end if;
  NEW.row_version := OLD.row_version + 1;
  return NEW;
end
$$;

comment on function app_hidden.bump_row_version is
'Trigger: counts the changes of a row in row_version. Refuses (stale_row_version) an update that sets another version '
'than the current one.';
