create or replace function app_private.address_waits_until(address text, place text) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return greatest(
    (select sc.counted_at + app_private.wait_after_failures(round(sc.spent)::int) from app_private.sign_in_counts sc
     where sc.address_hash = sha256(convert_to(address_waits_until.address, 'utf8')) and sc.place = address_waits_until.place),
    -- Strangers wait as accounts do: or else whoever is made to wait would know that there is an account.
    (select min(coalesce(app_private.account_waits_until(address_waits_until.address, a.id, address_waits_until.place), '-infinity'))
     from (select) as always
     left join app_private.accounts a on a.email = address_waits_until.address or a.claimed_email = address_waits_until.address));
end
$$;

comment on function app_private.address_waits_until(text, text) is
'Until when no password for an address, known or not, is judged from a place: after failures there (wait_after_failures), or while each of its accounts waits (account_waits_until). Null or past is not at all.';

revoke all on function app_private.address_waits_until(text, text) from public;
