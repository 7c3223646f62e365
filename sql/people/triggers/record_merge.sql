create or replace function app_private.record_merge() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  update app_public.customer_merges m set undone_at = now(), undone_by_account_id = app_hidden.current_account_id()
  where m.from_customer_id = NEW.id and m.undone_at is null;
  if NEW.merged_into_id is not null then
    insert into app_public.customer_merges (from_customer_id, into_customer_id, basis, merged_by_account_id)
    values (NEW.id, NEW.merged_into_id,
      coalesce(nullif(current_setting('medislot.merge_basis', true), ''), 'administrator')::app_public.merge_basis,
      app_hidden.current_account_id());
  end if;
  return null;
end
$$;

comment on function app_private.record_merge is
'Trigger of customers: records every change of merged_into_id in customer_merges, also that of a DBA. merge_into '
'passes the basis in the setting medislot.merge_basis.';
