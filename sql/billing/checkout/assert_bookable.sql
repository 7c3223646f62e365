create or replace function billing_private.assert_bookable(checkout billing.checkouts, part billing.checkout_parts)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  update billing.checkouts c set state = 'paid', received = c.amount, settled_at = now() where c.id = checkout.id;
  perform billing_private.book_part(part);
  raise exception 'the visit can be booked' using errcode = 'ZZ001';
exception when sqlstate 'ZZ001' then
  -- All changes of this block are undone.
  null;
end
$$;

comment on function billing_private.assert_bookable is
'Checks, by booking it and undoing that, that a visit could be booked now if it were paid: nobody pays for what is '
'refused afterwards. Refuses what app_public.book_slot refuses.';
