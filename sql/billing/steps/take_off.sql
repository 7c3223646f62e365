create or replace function billing_private.take_off(
  invoice billing.invoices, amount bigint, kind billing.line_kind, text text, booking_id bigint default null,
  coupon_id bigint default null)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  rates numeric[];
  charged bigint[];
  shares bigint[];
begin
  if amount = 0 then
    return;
  end if;
  select array_agg(r.tax_rate order by r.tax_rate), array_agg(r.charged order by r.tax_rate) into rates, charged
  from (
    select l.tax_rate, sum(l.amount)::bigint as charged
    from billing.invoice_lines l
    where l.clinic_id = invoice.clinic_id and l.invoice_id = invoice.id
      and (take_off.booking_id is null or l.booking_id = take_off.booking_id)
    group by l.tax_rate having sum(l.amount) > 0
  ) r;
  if amount > coalesce((select sum(c) from unnest(charged) c), 0) or amount > invoice.total then
    perform app_hidden.refuse('amount_exceeds_due', 'More than is charged cannot be taken off.',
      jsonb_build_object('charged', invoice.total::text));
  end if;
  -- What is paid and not charged any more becomes credit first, since an invoice is never paid beyond its total.
  perform billing_private.move_money('invoice_to_credit', greatest(0, invoice.paid - invoice.total + amount),
    invoice.clinic_id, invoice.customer_id, invoice.currency, invoice_id => invoice.id, reason => take_off.text);
  shares := billing_private.split_amount(amount, charged);
  for i in 1 .. cardinality(shares) loop
    if shares[i] > 0 then
      perform billing_private.add_line(invoice.clinic_id, invoice.id, take_off.kind, -shares[i], take_off.text,
        rates[i], take_off.booking_id, coupon_id => take_off.coupon_id);
    end if;
  end loop;
end
$$;

comment on function billing_private.take_off is
'Takes an amount off a locked invoice, or off what it charges for one booking: a line of this kind for each tax rate, '
'in proportion. What was paid beyond the new total becomes credit. Refuses amount_exceeds_due (more than is charged).';
