create or replace function app_private.end_claim_of_changed_address() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  update app_public.customers c set merged_into_id = null
  where c.id = NEW.customer_id and c.merged_into_id is not null and exists (
    select from app_public.customer_merges m
    where m.from_customer_id = c.id and m.undone_at is null and m.basis = 'address');
  return null;
end
$$;

comment on function app_private.end_claim_of_changed_address is
'Trigger of clinic_customers: when a clinic corrects the e-mail address of a record, a person who claimed the record '
'by the old address no longer has it. The owner of the new address can claim it.';
