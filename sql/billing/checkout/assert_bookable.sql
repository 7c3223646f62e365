create or replace function billing_private.assert_bookable(checkout billing.checkouts) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  part billing.checkout_parts;
begin
  update billing.checkouts c set state = 'paid', received = c.amount, settled_at = now() where c.id = checkout.id;
  -- All of them, as complete_checkout does: two that are possible each by itself may exclude each other.
  for part in
    select p.* from billing.checkout_parts p
    where p.checkout_id = checkout.id and p.price_id is not null order by p.clinic_id, p.booking_slot_id
  loop
    perform billing_private.book_part(part);
  end loop;
  raise exception 'the visits can be booked' using errcode = 'ZZ001';
exception when sqlstate 'ZZ001' then
  -- All changes of this block are undone.
  null;
end
$$;

comment on function billing_private.assert_bookable is
'Checks that the visits of a checkout could be booked now if they were paid, so that nobody pays for a visit that is '
'refused afterwards. To check this, it books them and rolls that back. Refuses what app_public.book_slot refuses.';
