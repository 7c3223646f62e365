create or replace function billing_private.issue_parts(checkout_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- All invoices before the first is issued, as in invoices_to_pay.
  perform from billing.invoices i
  where (i.clinic_id, i.id) in (
    select p.clinic_id, p.invoice_id from billing.checkout_parts p where p.checkout_id = issue_parts.checkout_id)
  order by i.clinic_id, i.id for no key update;
  perform billing_private.issue(d.clinic_id, d.id)
  from (
    select i.clinic_id, i.id
    from billing.checkout_parts p
    join billing.invoices i on i.clinic_id = p.clinic_id and i.id = p.invoice_id
    where p.checkout_id = issue_parts.checkout_id and i.state = 'draft'
    order by i.clinic_id, i.id
  ) d;
end
$$;

comment on function billing_private.issue_parts is
'Locks the invoices that a checkout pays for, and issues those that are drafts. The counter of their numbers is locked '
'before any credit, as wherever money moves.';
