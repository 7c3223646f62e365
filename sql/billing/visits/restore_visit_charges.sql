create or replace function billing_private.restore_visit_charges(booking app_public.bookings) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  missing bigint;
  line billing.invoice_lines;
begin
  select l.* into line from billing.invoice_lines l
  where l.clinic_id = booking.clinic_id and l.booking_id = booking.id and l.kind = 'visit';
  if line.id is null then
    return;
  end if;
  select sum(l.amount) filter (where l.kind in ('visit', 'discount', 'adjustment')) - sum(l.amount) into missing
  from billing.invoice_lines l where l.clinic_id = booking.clinic_id and l.booking_id = booking.id;
  if missing > 0 then
    -- On a new invoice, since the other one is void or settled.
    perform billing_private.add_line(booking.clinic_id,
      (billing_private.new_invoice(booking.clinic_id, booking.customer_id, line.currency)).id, 'charge', missing,
      line.text, line.tax_rate, booking.id);
  end if;
end
$$;

comment on function billing_private.restore_visit_charges is
'Charges a visit again whose no-show was undone: on a new draft, what it cost less the fee that was kept.';
