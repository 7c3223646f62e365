create or replace function billing_private.currency_of(clinic_id bigint, currency text default null) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  own text;
begin
  select p.currency into own from app_public.policies p where p.clinic_id = currency_of.clinic_id;
  if own is null then
    perform app_hidden.refuse('clinic_not_found', 'No such clinic.',
      jsonb_build_object('clinicId', currency_of.clinic_id::text));
  elsif currency_of.currency <> own then
    perform app_hidden.refuse('currency_not_used', 'The clinic does not use this currency.',
      jsonb_build_object('currency', currency_of.currency, 'used', own));
  end if;
  return own;
end
$$;

comment on function billing_private.currency_of is
'The currency of a clinic. Refuses clinic_not_found, and currency_not_used if `currency` is another one.';
