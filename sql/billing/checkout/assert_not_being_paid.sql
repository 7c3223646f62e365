create or replace function billing_private.assert_not_being_paid(
  clinic_id bigint, customer_id bigint, slot_ids bigint[])
returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  other bigint;
begin
  select p.checkout_id into other from billing.checkout_parts p
  where p.clinic_id = assert_not_being_paid.clinic_id and p.customer_id = assert_not_being_paid.customer_id
    and p.is_open and p.booking_slot_id is not null
    and app_private.slots_of_visit(p.clinic_id, p.booking_slot_id) && assert_not_being_paid.slot_ids
  order by p.id limit 1;
  if other is not null then
    perform app_hidden.refuse('checkout_open', 'This is being paid. Go on with that checkout, or cancel it.',
      jsonb_build_object('checkoutId', other::text));
  end if;
end
$$;

comment on function billing_private.assert_not_being_paid is
'Checks that no open checkout of the customer pays for a visit in one of these slots: its hold lasts until the '
'payment arrives, and is neither shortened nor released before. Refuses checkout_open (the detail names it).';
