create or replace function app_hidden.refuse_new_identity() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- to_jsonb, because the columns' names are arguments. Only triggers with a WHEN clause, or on tables that rarely
  -- change, call this.
  for i in 0 .. TG_NARGS - 1 loop
    if to_jsonb(NEW) -> TG_ARGV[i] is distinct from to_jsonb(OLD) -> TG_ARGV[i] then
      perform app_hidden.refuse('immutable_column', format('%s of %s never changes.', TG_ARGV[i], TG_TABLE_NAME),
        jsonb_build_object('table', TG_TABLE_NAME, 'column', TG_ARGV[i]));
    end if;
  end loop;
  return NEW;
end
$$;

comment on function app_hidden.refuse_new_identity is
'Trigger: refuses (immutable_column) an update that changes one of the columns named in its arguments. These columns '
'identify the row.';
