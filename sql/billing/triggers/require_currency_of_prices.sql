create or replace function billing_private.require_currency_of_prices() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform from billing.prices p
  -- A day earlier, since dates are those of the clinic's zone.
  where p.clinic_id = NEW.clinic_id and p.currency <> NEW.currency
    and p.validity && daterange((now() at time zone 'UTC')::date - 1, null);
  if found then
    perform app_hidden.refuse('still_in_use', 'The clinic has prices in its present currency. End them first.',
      jsonb_build_object('currency', OLD.currency));
  end if;
  return NEW;
end
$$;

comment on function billing_private.require_currency_of_prices is
'Trigger of policies: refuses (still_in_use) another currency as long as prices in the present one are valid.';
