create or replace function app_private.refuse_change_of_erased() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  target bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
begin
  if TG_OP = 'INSERT' then
    -- Waits for an erasure that is in progress. An update waits for it at the row itself.
    perform from app_public.customers c where c.id = target for share;
  end if;
  if exists (select from app_private.erasures er where er.customer_id = target) then
    perform app_hidden.refuse('customer_not_found', 'No such customer.',
      jsonb_build_object('customerId', target::text));
  end if;
  return NEW;
end
$$;

comment on function app_private.refuse_change_of_erased is
'Trigger: refuses (customer_not_found) to write a name or contact of a customer who was erased. A form that was open '
'during the erasure would otherwise write them again. Its argument is the column with the customer''s id.';
