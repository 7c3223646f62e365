create or replace function billing_private.make_void(
  invoice billing.invoices, text text, booking_id bigint default null)
returns billing.invoices
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- The customer can use its coupon again.
  delete from billing.coupon_uses u where u.clinic_id = invoice.clinic_id and u.invoice_id = invoice.id;
  perform billing_private.take_off(invoice, invoice.total, 'cancellation', make_void.text,
    make_void.booking_id);
  update billing.invoices i set state = 'void', voided_at = now()
  where i.clinic_id = invoice.clinic_id and i.id = invoice.id returning * into invoice;
  return invoice;
end
$$;

comment on function billing_private.make_void is
'Makes a locked invoice void: nothing is charged any more, and what was paid becomes credit. It keeps its number. If '
'all that it charges is for one booking, its lines name it.';
