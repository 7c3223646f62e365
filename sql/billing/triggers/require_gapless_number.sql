create or replace function billing_private.require_gapless_number() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Each number needs the one before it, and the counter must not be lower than the number; so there is never a gap.
  if NEW.serial < 1
     or NEW.serial > 1 and not exists (
       select from billing.invoices i
       where i.clinic_id = NEW.clinic_id and i.year = NEW.year and i.serial = NEW.serial - 1)
     or not exists (
       select from billing_private.invoice_numbers n
       where n.clinic_id = NEW.clinic_id and n.year = NEW.year and n.last >= NEW.serial) then
    raise exception 'invoice % of clinic % has a number after a gap', NEW.id, NEW.clinic_id
      using errcode = 'check_violation', constraint = 'invoice_numbers_have_no_gap',
        schema = 'billing', table = 'invoices';
  end if;
  return null;
end
$$;

comment on function billing_private.require_gapless_number is
'Trigger at the end of a transaction: refuses an invoice number if the number before it does not exist.';
