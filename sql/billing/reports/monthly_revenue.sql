create or replace function billing.monthly_revenue(clinic_id bigint, from_month date, to_month date)
returns setof billing.month_of_revenue
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  zone text;
begin
  perform app_private.require_clinic_role(monthly_revenue.clinic_id, 'manage');
  if from_month is null or to_month is null or to_month - from_month not between 0 and 1100 then
    perform app_hidden.refuse('invalid_argument', 'At most three years are reported at once.',
      '{"argument": "toMonth"}');
  end if;
  select c.time_zone into zone from app_public.clinics c where c.id = monthly_revenue.clinic_id;
  return query
    select date_trunc('month', e.at at time zone zone)::date, e.currency,
      coalesce(sum(e.charged) filter (where e.what <> 'write_off'), 0)::bigint, coalesce(sum(e.tax), 0)::bigint,
      coalesce(-sum(e.charged) filter (where e.what = 'write_off'), 0)::bigint,
      coalesce(sum(e.received), 0)::bigint, coalesce(sum(e.refunded), 0)::bigint
    from (
      -- A line counts when it is on an issued invoice: from its issue on, or when it is added later.
      select greatest(i.issued_at, l.created_at) as at, l.currency, l.kind::text as what, l.amount as charged, l.tax,
        null::bigint as received, null::bigint as refunded
      from billing.invoices i
      join billing.invoice_lines l on l.clinic_id = i.clinic_id and l.invoice_id = i.id
      where i.clinic_id = monthly_revenue.clinic_id and i.issued_at is not null
      union all
      select p.received_at, p.currency, 'payment', null, null, p.received, null from billing.payments p
      where p.clinic_id = monthly_revenue.clinic_id
      union all
      select m.moved_at, m.currency, 'refund', null, null, null,
        case m.kind when 'payment_refunded' then m.amount else -m.amount end
      from billing.movements m
      where m.clinic_id = monthly_revenue.clinic_id and m.kind in ('payment_refunded', 'refund_failed')
    ) e
    where date_trunc('month', e.at at time zone zone)::date
      between date_trunc('month', from_month)::date and date_trunc('month', to_month)::date
    group by 1, 2 order by 1, 2;
end
$$;

comment on function billing.monthly_revenue is
'A clinic''s revenue in each month, in its local time, from the month of one date to that of the other, at most three '
'years. Months without revenue are left out. For managers. Refuses forbidden, unauthenticated, invalid_argument.';

grant execute on function billing.monthly_revenue to app_staff;
