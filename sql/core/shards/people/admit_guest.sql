create or replace function app_private.admit_guest(address app_public.email_address, from_address text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform set_config('medislot.client_address', coalesce(admit_guest.from_address, ''), true);
  perform app_private.assert_network_below_limit('guest');
  -- As assert_guest_below_limit does for the guests of one database.
  perform pg_advisory_xact_lock(hashtextextended('medislot guest ' || admit_guest.address, 0));
  if (select count(*) from app_private.people_of_shards p
      join app_public.customers c on c.id = p.customer_id
      where p.recorded_at > now() - interval '1 hour' and c.email = admit_guest.address and c.account_id is null) >= 4
  then
    perform app_hidden.refuse('too_many_guest_bookings',
      'Confirm the appointments that you have asked for first. We sent you an e-mail for each.');
  end if;
  perform app_private.count_network_attempt('guest');
end
$$;

comment on function app_private.admit_guest is
'Checks, in the global database, the limits for guests of a clinic in a shard, and counts this one: the limit for the '
'network (app_private.network_limits, kind guest), and four an hour with one address, in all shards together. Guests '
'whom the shard refuses afterwards are counted, too. Refuses too_many_attempts, too_many_guest_bookings.';
