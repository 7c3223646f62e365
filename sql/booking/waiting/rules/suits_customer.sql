create or replace function app_private.suits_customer(
  entry app_public.waiting_list, service app_public.services, visit_starts_at timestamptz)
returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  state text;
begin
  if service.id is null then
    return true;
  end if;
  if entry.booking_id is null then
    perform app_private.assert_may_book_service(service, entry.customer_id);
  end if;
  perform app_private.assert_starts_as_offered(service, suits_customer.visit_starts_at);
  return true;
exception when others then
  get stacked diagnostics state = returned_sqlstate;
  -- Only refusals of these checks. Any other error is a fault.
  if state !~ '^MS82' then
    raise;
  end if;
  return false;
end
$$;

comment on function app_private.suits_customer is
'Whether the customer of an entry could book the service, and a visit of it can begin at this time.';
