-- The triggers that call billing_private.require_balance query one row of each part, by its key.
create or replace view billing.books_that_do_not_balance with (security_invoker = true) as
select 'invoices' as record, i.clinic_id, i.id
from billing.invoices i
where (i.total::numeric, i.tax::numeric, i.tax::numeric) is distinct from (
    select (coalesce(sum(r.amount), 0), coalesce(sum(r.tax), 0),
      coalesce(sum(round(r.amount * r.tax_rate / (100 + r.tax_rate))), 0))
    from (
      select l.tax_rate, sum(l.amount) as amount, sum(l.tax) as tax
      from billing.invoice_lines l where l.clinic_id = i.clinic_id and l.invoice_id = i.id group by l.tax_rate
    ) r)
  or i.paid <> (
    select coalesce(sum(case m.kind when 'invoice_to_credit' then -m.amount else m.amount end), 0)
    from billing.movements m where m.clinic_id = i.clinic_id and m.invoice_id = i.id)
union all
select 'payments', p.clinic_id, p.id
from billing.payments p
where (p.spent::numeric, p.refunded::numeric) is distinct from (
    select (
      coalesce(sum(case m.kind when 'payment_to_invoice' then m.amount when 'payment_to_credit' then m.amount
        when 'credit_to_payment' then -m.amount end), 0),
      coalesce(sum(case m.kind when 'payment_refunded' then m.amount when 'refund_failed' then -m.amount end), 0))
    from billing.movements m where m.clinic_id = p.clinic_id and m.payment_id = p.id)
union all
select 'credits', c.clinic_id, c.customer_id
from billing.credits c
where c.balance <> (
    select coalesce(sum(case
      when m.kind in ('payment_to_credit', 'invoice_to_credit', 'goodwill_to_credit') then m.amount
      when m.kind in ('credit_to_invoice', 'credit_to_payment') then -m.amount end), 0)
    from billing.movements m
    where m.clinic_id = c.clinic_id and m.customer_id = c.customer_id and m.currency = c.currency)
  or c.reserved <> (
    select coalesce(sum(p.credit), 0)
    from billing.checkout_parts p join billing.checkouts ch on ch.id = p.checkout_id
    where p.clinic_id = c.clinic_id and p.customer_id = c.customer_id and p.is_open and ch.currency = c.currency)
union all
select 'refunds', r.clinic_id, r.id
from billing.refunds r
where (1::bigint, (r.state = 'failed')::int::bigint) is distinct from (
    select (count(*) filter (where m.kind = 'payment_refunded'), count(*) filter (where m.kind = 'refund_failed'))
    from billing.movements m where m.clinic_id = r.clinic_id and m.refund_id = r.id)
union all
select 'coupons', c.clinic_id, c.id
from billing.coupons c
where c.used <> (
    select count(*) from billing.coupon_uses u where u.clinic_id = c.clinic_id and u.coupon_id = c.id)
union all
select 'checkouts', null, c.id
from billing.checkouts c
where c.state = 'paid' and (c.outcome is null or c.received <> (
    select coalesce(sum(p.received), 0) from billing.payments p where p.checkout_id = c.id) + (
    -- What shares in other databases have received, or will receive.
    select coalesce(sum(s.received), 0) from billing_private.checkout_shares s where s.checkout_id = c.id)
    -- The payments of a clinic that was moved are in its database.
    and c.clinics = (
      select count(distinct cp.clinic_id) from billing.checkout_parts cp where cp.checkout_id = c.id) + (
      select coalesce(sum(s.clinics), 0) from billing_private.checkout_shares s where s.checkout_id = c.id));

comment on view billing.books_that_do_not_balance is
$c$@behavior -*
Rows whose stored sums differ from the rows that they sum up. Always empty, because triggers refuse such rows at the
end of the transaction. For operators of the database.$c$;
