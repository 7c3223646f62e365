create or replace function billing_private.refuse_removal() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform app_hidden.refuse('immutable_column', 'Records of money are never removed.',
    jsonb_build_object('table', TG_TABLE_NAME));
  return null;
end
$$;

comment on function billing_private.refuse_removal is
'Trigger: refuses (immutable_column) to delete records of money.';
