create or replace function billing_private.add_line(
  clinic_id bigint, invoice_id bigint, kind billing.line_kind, amount bigint, text text, tax_rate numeric default 0,
  booking_id bigint default null, price_id bigint default null, coupon_id bigint default null)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  if tax_rate is null or tax_rate not between 0 and 100 then
    perform app_hidden.refuse('invalid_argument', 'A tax rate is a percentage.', '{"argument": "taxRate"}');
  end if;
  insert into billing.invoice_lines (clinic_id, invoice_id, kind, amount, text, tax_rate, booking_id, price_id,
    coupon_id)
  values (add_line.clinic_id, add_line.invoice_id, add_line.kind, add_line.amount, btrim(add_line.text),
    add_line.tax_rate, add_line.booking_id, add_line.price_id, add_line.coupon_id);
end
$$;

comment on function billing_private.add_line is
'Adds a line to an invoice. Its trigger checks that lines can be added. Refuses invalid_argument, invoice_not_found, '
'invoice_not_open, amount_exceeds_due, booking_not_found, text_too_long, text_not_accepted.';
