create or replace function app_private.end_claim_of_changed_address() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if not app_private.is_shard() then
    perform app_private.end_claim(NEW.customer_id);
  elsif exists (
    select from app_public.customers c join app_public.customer_merges m on m.from_customer_id = c.id
    where c.id = NEW.customer_id and c.merged_into_id is not null and m.undone_at is null and m.basis = 'address'
      -- Erasing a record changes its address, too; the global database has decided what becomes of the merge.
      and not exists (select from app_private.erasures e where e.customer_id = c.id)) then
    perform app_private.in_global_database('end_claim', jsonb_build_object('customerId', NEW.customer_id::text));
  end if;
  return null;
end
$$;

comment on function app_private.end_claim_of_changed_address is
'Trigger of clinic_customers: when a clinic corrects the e-mail address of a record, a person who claimed the record '
'by the old address no longer has it. The owner of the new address can claim it. In a shard the global database ends '
'the claim: see app_private.in_global_database.';
