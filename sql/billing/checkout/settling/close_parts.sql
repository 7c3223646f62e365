create or replace function billing_private.close_parts(checkout_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  slot app_public.booking_slots;
begin
  -- Holds of visits that were not booked.
  for slot in
    select bs.* from billing.checkout_parts p
    join app_public.booking_slots bs on bs.clinic_id = p.clinic_id and bs.id = p.booking_slot_id
    where p.checkout_id = close_parts.checkout_id and p.is_open and p.booking_id is null
      and bs.status = 'held' and bs.customer_id = p.customer_id
    order by bs.clinic_id, bs.id
  loop
    if (app_private.lock_visit(slot.clinic_id, slot.id)).customer_id = slot.customer_id then
      update app_public.booking_slots bs set status = 'open', customer_id = null, held_until = null
      where bs.clinic_id = slot.clinic_id and bs.id = any (app_private.slots_of_visit(slot.clinic_id, slot.id))
        and bs.status = 'held';
    end if;
  end loop;
  delete from billing.coupon_uses u using billing.checkout_parts p
  where p.checkout_id = close_parts.checkout_id and u.clinic_id = p.clinic_id and u.checkout_part_id = p.id
    and u.invoice_id is null;
  perform billing_private.lock_credits(array(
    select p from billing.checkout_parts p
    where p.checkout_id = close_parts.checkout_id and p.is_open and p.credit > 0));
  update billing.checkout_parts p set is_open = false, note = null, answers = null
  where p.checkout_id = close_parts.checkout_id and p.is_open;
end
$$;

comment on function billing_private.close_parts is
'Ends the parts of a checkout: the slots that it still holds are free again, the coupons of visits that were not '
'booked can be used again, credit is not reserved any more, and what the patient wrote is deleted.';
