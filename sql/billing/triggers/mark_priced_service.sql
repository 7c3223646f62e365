create or replace function billing_private.mark_priced_service() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  row_of_price constant billing.prices := case TG_OP when 'DELETE' then OLD else NEW end;
begin
  update app_public.services s
  set is_priced = exists (
    select from billing.prices p where p.clinic_id = s.clinic_id and p.service_id = s.id)
  where s.clinic_id = row_of_price.clinic_id and s.id = row_of_price.service_id
    and s.is_priced <> (TG_OP = 'INSERT');
  return null;
end
$$;

comment on function billing_private.mark_priced_service is
'Trigger: keeps services.is_priced, so that booking a service without a price reads no prices.';
