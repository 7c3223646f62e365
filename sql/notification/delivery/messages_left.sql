create or replace function app_private.messages_left(address app_public.email_address, at timestamptz) returns int
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return (select l.messages_per_hour from app_private.unconfirmed_limits l) - (
    select count(*) from app_private.accounts a
    join app_public.customers c on c.account_id = a.id
    join app_public.notifications n on n.customer_id = c.id
    where (a.email = messages_left.address or a.claimed_email = messages_left.address)
      and a.email_verified_at is null and n.channel <> 'webhook'
      -- A message that a worker is sending counts as well.
      and (n.sent_at > messages_left.at - interval '1 hour'
        or n.state = 'pending' and n.attempts > 0 and n.retry_at > messages_left.at));
end
$$;

comment on function app_private.messages_left is
'How many more messages about bookings may be sent at `at` to an address that nobody has confirmed, to all accounts '
'that registered with it (app_private.unconfirmed_limits).';
