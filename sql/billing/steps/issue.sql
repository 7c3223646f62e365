create or replace function billing_private.issue(clinic_id bigint, invoice_id bigint) returns billing.invoices
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  invoice billing.invoices := billing_private.lock_invoice(issue.clinic_id, issue.invoice_id);
  today date;
  term int;
  next_serial int;
begin
  if invoice.state <> 'draft' then
    return invoice;
  end if;
  if not exists (
       select from billing.invoice_lines l where l.clinic_id = invoice.clinic_id and l.invoice_id = invoice.id) then
    perform app_hidden.refuse('nothing_to_pay', 'The invoice has no line.',
      jsonb_build_object('invoiceId', invoice.id::text));
  end if;
  select (now() at time zone c.time_zone)::date, p.payment_term into today, term
  from app_public.clinics c join app_public.policies p on p.clinic_id = c.id where c.id = invoice.clinic_id;
  -- The row of the counter is locked until the transaction ends; a rollback also returns the number.
  insert into billing_private.invoice_numbers as n (clinic_id, year, last)
  values (invoice.clinic_id, extract(year from today), 1)
  on conflict on constraint a_clinic_counts_its_invoices_by_year do update set last = n.last + 1
  returning n.last into next_serial;
  update billing.invoices i
  set state = 'open', year = extract(year from today), serial = next_serial, issued_at = now(), due_on = today + term
  where i.clinic_id = invoice.clinic_id and i.id = invoice.id returning * into invoice;
  perform billing_private.queue_mail('invoice_issued', invoice.clinic_id, invoice.customer_id, invoice.total,
    invoice.currency, invoice.id);
  return invoice;
end
$$;

comment on function billing_private.issue is
'Issues a draft: gives it the clinic''s next number of the year and the date on which it is due, and mails it to the '
'customer. Returns an issued invoice as it is. Refuses invoice_not_found, nothing_to_pay (no lines).';
