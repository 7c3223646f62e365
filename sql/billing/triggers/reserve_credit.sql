create or replace function billing_private.reserve_credit() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  checkout billing.checkouts;
  change constant bigint := case
    when TG_OP = 'INSERT' then case when NEW.is_open then NEW.credit else 0 end
    when OLD.is_open = NEW.is_open then 0
    when NEW.is_open then NEW.credit
    else -NEW.credit end;
begin
  if change = 0 then
    return null;
  end if;
  select c.* into checkout from billing.checkouts c where c.id = NEW.checkout_id;
  -- A checkout that needs no provider is completed in the transaction that makes it. Reserving would lock the credit
  -- before the invoices get their numbers.
  if checkout.amount = 0 then
    return null;
  end if;
  update billing.credits c set reserved = c.reserved + change
  where c.clinic_id = NEW.clinic_id and c.customer_id = NEW.customer_id and c.currency = checkout.currency
    and c.available >= change;
  if not found then
    perform app_hidden.refuse('insufficient_credit', 'The customer has not so much credit.',
      jsonb_build_object('amount', change::text));
  end if;
  return null;
end
$$;

comment on function billing_private.reserve_credit is
'Trigger: reserves the credit that pays for a part of an open checkout, and gives it back when the part is closed. '
'Refuses insufficient_credit.';
