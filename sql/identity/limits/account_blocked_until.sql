create or replace function app_private.account_blocked_until(address text, account_id bigint, place text)
returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return (
    select max(sc.counted_at + interval '1 hour' * ((sc.spent + 1) / app_private.sign_ins_per_hour(sc.place) - 1))
    from app_private.sign_in_counts sc
    where sc.address_hash = sha256(convert_to(account_blocked_until.address, 'utf8'))
      and (sc.place = 'account ' || account_blocked_until.account_id
        or sc.place = 'elsewhere' and not exists (
          select from app_private.known_places kp
          where kp.account_id = account_blocked_until.account_id and kp.place = account_blocked_until.place)));
end
$$;

comment on function app_private.account_blocked_until is
'Until when sign-in to an account from a place is blocked: after 60 successful sign-ins in an hour, or after 30 '
'failures in an hour at places that the account does not know, unless it knows this place. A null account_id stands '
'for an address without an account. Null means not blocked.';
