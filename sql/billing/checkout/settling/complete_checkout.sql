create or replace function billing_private.complete_checkout(
  checkout_id bigint, received bigint, provider_payment text default null)
returns billing.checkout_outcome
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  checkout billing.checkouts;
  part billing.checkout_parts;
  line billing.invoice_lines;
  booked int := 0;
  is_whole boolean;
  is_credited boolean;
  own_claims jsonb;
begin
  select c.* into checkout from billing.checkouts c where c.id = complete_checkout.checkout_id for no key update;
  if (select count(distinct p.clinic_id) from billing.checkout_parts p where p.checkout_id = checkout.id)
     + (select coalesce(sum(s.clinics), 0) from billing_private.checkout_shares s where s.checkout_id = checkout.id)
     <> checkout.clinics then
    -- What it received for a clinic that was moved meanwhile must not become credit at another one.
    perform app_hidden.refuse('not_here', 'A clinic of this checkout was moved to another database.',
      jsonb_build_object('checkoutId', checkout.id::text));
  end if;
  -- Too late: its slots were given back, and its coupons.
  is_whole := checkout.state = 'open' and complete_checkout.received >= checkout.amount;
  update billing.checkouts c
  set state = 'paid', received = complete_checkout.received, settled_at = now(), outcome = 'paid'
  where c.id = checkout.id returning * into checkout;
  own_claims := billing_private.begin_as_payer(checkout);
  for part in
    select p.* from billing.checkout_parts p
    where p.checkout_id = checkout.id and p.price_id is not null and is_whole order by p.clinic_id, p.booking_slot_id
  loop
    begin
      line := billing_private.book_part(part);
      update billing.checkout_parts p set booking_id = line.booking_id, invoice_id = line.invoice_id
      where p.clinic_id = part.clinic_id and p.id = part.id;
      update billing.coupon_uses u set invoice_id = line.invoice_id
      where u.clinic_id = part.clinic_id and u.checkout_part_id = part.id;
      booked := booked + 1;
    exception when others then
      -- A visit that is refused cannot be booked any more, and its money becomes credit. After any other error, such as
      -- a deadlock, the billing process tries again.
      if left(sqlstate, 2) not in ('MS', '23') then
        raise;
      end if;
    end;
  end loop;
  perform billing_private.issue_parts(checkout.id);
  perform billing_private.close_parts(checkout.id);
  is_credited := billing_private.pay_parts(checkout, complete_checkout.provider_payment, is_whole);
  perform app_private.set_claims(own_claims);
  update billing.checkouts c
  set outcome = (case when is_credited then 'credited' when booked > 0 then 'booked' else 'paid' end
    )::billing.checkout_outcome
  where c.id = checkout.id returning * into checkout;
  return checkout.outcome;
end
$$;

comment on function billing_private.complete_checkout is
'Completes a checkout that is paid, in one transaction: books its visits, makes their invoices, makes a payment for '
'each clinic and patient, and pays all invoices, also from the credit that was reserved. A visit that cannot be '
'booked any more leaves its money as credit. If the checkout had ended, or less was received than was to be paid, '
'nothing is booked and reserved credit stays credit. Locks the checkout first, then what each booking locks, the '
'invoices, the counter of their numbers, and credit at last.';
