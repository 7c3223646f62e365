create or replace function app_hidden.refuse_missing() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  for i in 0 .. TG_NARGS - 1 loop
    if to_jsonb(NEW) ->> TG_ARGV[i] is null then
      perform app_hidden.refuse('not_null_violation', format('%s needs a value.', TG_ARGV[i]),
        jsonb_build_object('column', TG_ARGV[i]));
    end if;
  end loop;
  return NEW;
end
$$;

comment on function app_hidden.refuse_missing is
'Trigger: refuses (not_null_violation) null in the columns named in its arguments. It does so before PostgreSQL, '
'which would write the whole row to its log. A WHEN clause keeps it from being called for other rows.';
