create or replace function billing_private.add_line_to_invoice() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update billing.invoices i set total = i.total + NEW.amount, tax = i.tax + NEW.tax
  where i.clinic_id = NEW.clinic_id and i.id = NEW.invoice_id;
  return null;
end
$$;

comment on function billing_private.add_line_to_invoice is
'Trigger: adds a new line to the total and the tax of its invoice.';
