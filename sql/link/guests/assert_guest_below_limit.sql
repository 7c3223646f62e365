create or replace function app_private.assert_guest_below_limit(address app_public.email_address) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  of_address record;
begin
  -- One request after another for an address, so that several at once do not exceed the limit.
  perform pg_advisory_xact_lock(hashtextextended('medislot guest ' || assert_guest_below_limit.address, 0));
  select count(*) filter (where gb.booking_id is null and gb.held_until > now()) as held,
         count(*) filter (where gb.created_at > now() - interval '1 hour') as mailed
    into of_address
  from app_private.guest_bookings gb
  where gb.address = assert_guest_below_limit.address and gb.created_at > now() - interval '1 day';
  if of_address.held >= 2 or of_address.mailed >= 4 then
    perform app_hidden.refuse('too_many_guest_bookings',
      'Confirm the appointments that you have asked for first. We sent you an e-mail for each.',
      jsonb_build_object('held', of_address.held));
  end if;
end
$$;

comment on function app_private.assert_guest_below_limit is
'Checks that a slot may be held for a guest with this address and a mail sent to it: at most two that are not '
'confirmed, and four mails an hour. Accounts with the address play no part. Refuses too_many_guest_bookings.';
