create or replace function billing_private.require_currency_of_clinic() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform billing_private.currency_of(NEW.clinic_id, NEW.currency);
  return NEW;
end
$$;

comment on function billing_private.require_currency_of_clinic is
'Trigger: refuses (currency_not_used) a price or coupon in another currency than that of the clinic''s policy.';
