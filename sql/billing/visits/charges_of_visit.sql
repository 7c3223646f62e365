create or replace function billing_private.charges_of_visit(clinic_id bigint, booking_id bigint)
returns table (invoice billing.invoices, charged bigint)
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform from billing.invoices i
  where i.clinic_id = charges_of_visit.clinic_id and i.id in (
    select l.invoice_id from billing.invoice_lines l
    where l.clinic_id = charges_of_visit.clinic_id and l.booking_id = charges_of_visit.booking_id)
  order by i.id for no key update;
  return query
    select i, least(i.total, c.charged)
    from (
      select l.invoice_id, sum(l.amount)::bigint as charged from billing.invoice_lines l
      where l.clinic_id = charges_of_visit.clinic_id and l.booking_id = charges_of_visit.booking_id
        and l.kind <> 'fee'
      group by l.invoice_id
    ) c
    join billing.invoices i on i.clinic_id = charges_of_visit.clinic_id and i.id = c.invoice_id
    where c.charged > 0 and i.state <> 'void'
    order by i.id;
end
$$;

comment on function billing_private.charges_of_visit is
'The invoices that charge something for a booking, locked, in the order of their ids, and how much of each is for it, '
'apart from fees.';
