create or replace function app_private.check_merge() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  survivor app_public.customers;
  because text;
begin
  -- Locked, so that the survivor is not merged, removed or erased at the same time.
  select c.* into survivor from app_public.customers c where c.id = NEW.merged_into_id for share;
  because := case
    when NEW.merged_into_id = NEW.id then 'same_customer'
    when survivor.merged_into_id is not null then 'already_merged'
    when exists (select from app_public.customers c where c.merged_into_id = NEW.id) then 'others_merged_into_it'
    when exists (select from app_private.erasures e where e.customer_id in (NEW.id, NEW.merged_into_id)) then 'erased'
    when not NEW.is_active or not survivor.is_active then 'removed'
  end;
  if because is not null then
    perform app_hidden.refuse('merge_not_possible', 'These customers cannot be merged.',
      jsonb_build_object('customerId', NEW.id::text, 'intoCustomerId', NEW.merged_into_id::text, 'because', because));
  end if;
  return NEW;
end
$$;

comment on function app_private.check_merge is
'Trigger of customers: refuses (merge_not_possible) to merge a customer into itself, into one that is merged, '
'removed or erased, and one that others were merged into. So merged customers form no chains.';
