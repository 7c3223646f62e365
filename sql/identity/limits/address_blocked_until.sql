create or replace function app_private.address_blocked_until(address text, place text) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return greatest(
    (select sc.counted_at + app_private.wait_after_failures(round(sc.spent)::int) from app_private.sign_in_counts sc
     where sc.address_hash = sha256(convert_to(address_blocked_until.address, 'utf8'))
       and sc.place = address_blocked_until.place),
    -- Addresses without an account are blocked as accounts are. Otherwise the block would reveal that there is an
    -- account.
    (select min(coalesce(
       app_private.account_blocked_until(address_blocked_until.address, a.id, address_blocked_until.place),
       '-infinity'))
     from (select) as always
     left join app_private.accounts a
       on a.email = address_blocked_until.address or a.claimed_email = address_blocked_until.address));
end
$$;

comment on function app_private.address_blocked_until is
'Until when sign-in with an address from a place is blocked, whether or not the address has an account: after '
'failures at this place (wait_after_failures), or while all accounts of the address are blocked '
'(account_blocked_until). A null or past time means not blocked.';
