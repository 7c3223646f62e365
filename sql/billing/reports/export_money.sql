create or replace function billing_private.export_money(customer_ids bigint[]) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return jsonb_build_object(
    'invoices', (
      select coalesce(jsonb_agg(jsonb_build_object('clinicId', i.clinic_id::text, 'id', i.id::text,
          'number', i.number, 'state', i.state, 'currency', i.currency, 'total', i.total::text, 'tax', i.tax::text,
          'paid', i.paid::text, 'issuedAt', i.issued_at, 'dueOn', i.due_on,
          'createdAt', i.created_at, 'lines', (
            select coalesce(jsonb_agg(jsonb_build_object('kind', l.kind, 'text', l.text, 'amount', l.amount::text,
              'taxRate', l.tax_rate, 'bookingId', l.booking_id::text, 'createdAt', l.created_at) order by l.id), '[]')
            from billing.invoice_lines l where l.clinic_id = i.clinic_id and l.invoice_id = i.id))
        order by i.clinic_id, i.id), '[]')
      from billing.invoices i where i.customer_id = any (customer_ids)),
    'payments', (
      select coalesce(jsonb_agg(jsonb_build_object('clinicId', p.clinic_id::text, 'id', p.id::text,
          'method', p.method, 'provider', p.provider, 'currency', p.currency, 'received', p.received::text,
          'refunded', p.refunded::text, 'receivedAt', p.received_at) order by p.clinic_id, p.id), '[]')
      from billing.payments p where p.customer_id = any (customer_ids)),
    'credits', (
      select coalesce(jsonb_agg(jsonb_build_object('clinicId', c.clinic_id::text, 'currency', c.currency,
          'balance', c.balance::text, 'reserved', c.reserved::text) order by c.clinic_id, c.currency), '[]')
      from billing.credits c where c.customer_id = any (customer_ids)),
    'movements', (
      select coalesce(jsonb_agg(jsonb_build_object('clinicId', m.clinic_id::text, 'kind', m.kind,
          'currency', m.currency, 'amount', m.amount::text, 'paymentId', m.payment_id::text,
          'invoiceId', m.invoice_id::text, 'reason', m.reason, 'movedAt', m.moved_at) order by m.clinic_id, m.id), '[]')
      from billing.movements m where m.customer_id = any (customer_ids)),
    'checkouts', (
      select coalesce(jsonb_agg(jsonb_build_object('id', c.id::text, 'state', c.state, 'outcome', c.outcome,
          'currency', c.currency, 'amount', c.amount::text, 'provider', c.provider, 'createdAt', c.created_at,
          'parts', (
            select coalesce(jsonb_agg(jsonb_build_object('clinicId', cp.clinic_id::text, 'amount', cp.amount::text,
              'credit', cp.credit::text) order by cp.clinic_id, cp.id), '[]')
            from billing.checkout_parts cp where cp.checkout_id = c.id))
        order by c.id), '[]')
      from billing.checkouts c where c.customer_id = any (customer_ids)),
    'coupons', (
      select coalesce(jsonb_agg(jsonb_build_object('clinicId', u.clinic_id::text, 'code', c.code,
          'usedAt', u.used_at) order by u.clinic_id, u.id), '[]')
      from billing.coupon_uses u join billing.coupons c on c.clinic_id = u.clinic_id and c.id = u.coupon_id
      where u.customer_id = any (customer_ids)));
end
$$;

comment on function billing_private.export_money is
'Invoices, payments, credit, movements, checkouts and coupons of the records of a customer, as export_customer '
'returns them. Amounts are texts in minor units.';
