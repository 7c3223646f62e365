create or replace function billing_private.issue_invoices_of_visit(booking app_public.bookings) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform billing_private.issue((v.invoice).clinic_id, (v.invoice).id)
  from billing_private.charges_of_visit(booking.clinic_id, booking.id) v where (v.invoice).state = 'draft';
end
$$;

comment on function billing_private.issue_invoices_of_visit is
'Issues the drafts that charge a visit, when the visit is completed.';
