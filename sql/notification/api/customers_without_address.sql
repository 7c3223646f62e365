create or replace function app_public.customers_without_address(
  clinic_id bigint, customer_ids bigint[], kind app_public.notification_kind) returns bigint[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_private.require_clinic_role(customers_without_address.clinic_id, 'staff');
  if cardinality(customer_ids) > 1000 then
    perform app_hidden.refuse('invalid_argument', 'At most 1000 customers at a time.', '{"argument": "customerIds"}');
  end if;
  return array(
    select asked.id from (select distinct unnest(customers_without_address.customer_ids)) asked (id)
    where (app_private.choose_channel(customers_without_address.clinic_id, asked.id,
      customers_without_address.kind)).has_address is not true
    order by asked.id);
end
$$;

comment on function app_public.customers_without_address is
'Returns those of these customers (at most 1000) who would not get a message of this kind from the clinic now and '
'must be phoned: either the clinic does not send this kind, or it knows no address for the channels it uses. The '
'decision is the same as when a message is queued. For staff. Refuses forbidden, unauthenticated, invalid_argument.';

grant execute on function app_public.customers_without_address to app_staff;
