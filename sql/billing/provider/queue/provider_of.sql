create or replace function billing_private.provider_of(clinic_id bigint) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  provider text;
begin
  select a.provider into provider from billing_private.provider_accounts a where a.clinic_id = provider_of.clinic_id;
  if provider is null then
    perform app_hidden.refuse('online_payment_not_available', 'This clinic takes no payments online. Call it.',
      jsonb_build_object('clinicId', provider_of.clinic_id::text));
  end if;
  return provider;
end
$$;

comment on function billing_private.provider_of is
'The provider through which a clinic is paid online. Refuses online_payment_not_available.';
