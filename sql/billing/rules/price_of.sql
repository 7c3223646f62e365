create or replace function billing_private.price_of(
  clinic_id bigint, service_id bigint, doctor_id bigint, visit_date date)
returns billing.prices
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  price billing.prices;
begin
  select p.* into price from billing.prices p
  where p.clinic_id = price_of.clinic_id and p.service_id = price_of.service_id
    and (p.doctor_id is null or p.doctor_id = price_of.doctor_id) and p.validity @> price_of.visit_date
  order by p.doctor_id nulls last limit 1;
  return price;
end
$$;

comment on function billing_private.price_of is
'The price of a visit on a local date: the doctor''s own, else that of the service; null if there is none.';
