create or replace function app_private.keep_erased() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  target bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
begin
  if TG_OP = 'INSERT' then
    -- An erasure that has begun is waited for. (An update waits for it at the row.)
    perform from app_public.customers c where c.id = target for share;
  end if;
  if exists (select from app_private.erasures er where er.customer_id = target) then
    perform app_hidden.refuse('customer_not_found', 'No such customer.', jsonb_build_object('customerId', target::text));
  end if;
  return NEW;
end
$$;

comment on function app_private.keep_erased() is
'Trigger: refuses (customer_not_found) to write a name or contact to somebody who was erased; a form that was open meanwhile would bring them back. Its argument is the column that says who.';

revoke all on function app_private.keep_erased() from public;
