create or replace function billing.bookkeeping(
  clinic_id bigint, from_date date, to_date date, after text default null, page_size int default 20)
returns setof billing.bookkeeping_entry
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  zone text;
  first_moment timestamptz;
  end_moment timestamptz;
begin
  perform app_private.require_clinic_role(bookkeeping.clinic_id, 'manage');
  if from_date is null or to_date is null or to_date - from_date not between 0 and 366 then
    perform app_hidden.refuse('invalid_argument', 'Give a from and a to date, in this order, at most a year.',
      '{"argument": "toDate"}');
  elsif page_size is null or page_size not between 1 and 100 then
    perform app_hidden.refuse('invalid_argument', 'A page has 1 to 100 entries.', '{"argument": "pageSize"}');
  elsif after !~ '^[0-9]{1,18}\.[1-3]\.[0-9]{1,18}$' then
    perform app_hidden.refuse('invalid_argument', 'This cursor was not made here.', '{"argument": "after"}');
  end if;
  select c.time_zone into zone from app_public.clinics c where c.id = bookkeeping.clinic_id;
  first_moment := from_date::timestamp at time zone zone;
  end_moment := (to_date + 1)::timestamp at time zone zone;
  return query
    select array_to_string(e.place, '.'), e.at, (e.at at time zone zone)::date, e.kind, e.customer_id, e.invoice_id,
      i.number, i.due_on, e.payment_id, e.method, e.text,
      round(e.amount / 10::numeric ^ cy.exponent, cy.exponent), e.currency, e.tax_rate,
      round(e.tax / 10::numeric ^ cy.exponent, cy.exponent)
    from (
      select array[(extract(epoch from m.at) * 1000000)::bigint, m.source, m.id] as place, m.*
      from (
        -- A line counts as in monthly_revenue: from the issue of its invoice on, or when it is added later.
        select 1::bigint as source, l.id, greatest(i.issued_at, l.created_at) as at, l.kind::text, l.customer_id,
          l.invoice_id, null::bigint as payment_id, null::billing.payment_method as method, l.text, l.amount,
          l.currency, l.tax_rate, l.tax
        from billing.invoices i
        join billing.invoice_lines l on l.clinic_id = i.clinic_id and l.invoice_id = i.id
        where i.clinic_id = bookkeeping.clinic_id and i.issued_at < end_moment
        union all
        select 2, p.id, p.received_at, 'payment_received', p.customer_id, null, p.id, p.method, null, p.received,
          p.currency, null, null
        from billing.payments p where p.clinic_id = bookkeeping.clinic_id
        union all
        select 3, m.id, m.moved_at, m.kind::text, m.customer_id, m.invoice_id, m.payment_id, p.method, m.reason,
          m.amount, m.currency, null, null
        from billing.movements m
        left join billing.payments p on p.clinic_id = m.clinic_id and p.id = m.payment_id
        where m.clinic_id = bookkeeping.clinic_id
      ) m
      where m.at >= first_moment and m.at < end_moment
    ) e
    join billing.currencies cy on cy.code = e.currency
    left join billing.invoices i on i.clinic_id = bookkeeping.clinic_id and i.id = e.invoice_id
    where after is null or e.place > string_to_array(after, '.')::bigint[]
    order by e.place
    limit page_size;
end
$$;

comment on function billing.bookkeeping is
'What happened to the money of a clinic on the local dates from `from_date` to `to_date` (inclusive, at most a year), '
'in order of time: the lines of issued invoices, whose sums are those of monthly_revenue, payments that were received, '
'and all movements. Each row has a cursor: pass the last one as `after` to get the next page of `page_size` (1 to 100, '
'default 20). What happened on past dates does not change, except that erasing a person removes the reasons of '
'movements. For managers. Refuses forbidden, unauthenticated, invalid_argument.';

grant execute on function billing.bookkeeping to app_staff;
