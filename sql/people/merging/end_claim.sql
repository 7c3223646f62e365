create or replace function app_private.end_claim(customer_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  update app_public.customers c set merged_into_id = null
  where c.id = end_claim.customer_id and c.merged_into_id is not null and exists (
    select from app_public.customer_merges m
    where m.from_customer_id = c.id and m.undone_at is null and m.basis = 'address');
end
$$;

comment on function app_private.end_claim is
'Ends the merge of a record that its owner claimed by the address that the clinic had recorded. Merges on another '
'basis stay.';
