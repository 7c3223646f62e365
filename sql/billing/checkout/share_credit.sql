create or replace function billing_private.share_credit(parts billing.checkout_parts[], currency text)
returns billing.checkout_parts[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  part billing.checkout_parts;
  shared billing.checkout_parts[] := '{}';
begin
  foreach part in array parts loop
    part.credit := least(part.amount, coalesce((
      select c.available from billing.credits c
      where c.clinic_id = part.clinic_id and c.customer_id = part.customer_id
        and c.currency = share_credit.currency), 0) - (
      select coalesce(sum(s.credit), 0) from unnest(shared) s
      where s.clinic_id = part.clinic_id and s.customer_id = part.customer_id));
    shared := shared || part;
  end loop;
  return shared;
end
$$;

comment on function billing_private.share_credit is
'The parts of a new checkout, each with as much of the credit of its patient in its clinic as pays for it, in their '
'order.';
