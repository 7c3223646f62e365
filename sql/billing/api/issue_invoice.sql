create or replace function billing.issue_invoice(clinic_id bigint, invoice_id bigint, row_version int default null)
returns billing.invoices
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  invoice billing.invoices;
begin
  perform app_private.require_clinic_role(issue_invoice.clinic_id, 'desk');
  invoice := billing_private.lock_invoice(issue_invoice.clinic_id, issue_invoice.invoice_id);
  perform app_private.require_version('invoices', issue_invoice.row_version, invoice.row_version);
  if invoice.state <> 'draft' then
    perform app_hidden.refuse('invoice_not_open', 'Only a draft can be issued.',
      jsonb_build_object('invoiceId', invoice.id::text, 'state', invoice.state));
  end if;
  return billing_private.issue(invoice.clinic_id, invoice.id);
end
$$;

comment on function billing.issue_invoice is
'Issues a draft: it gets the clinic''s next number of the year, without a gap, and can be paid. Paying a draft issues '
'it as well, and so does completing its visit. For the desk. Refuses forbidden, unauthenticated, invoice_not_found, '
'invoice_not_open (not a draft), nothing_to_pay (no lines), stale_row_version.';

grant execute on function billing.issue_invoice to app_staff;
