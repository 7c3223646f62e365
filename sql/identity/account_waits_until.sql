create or replace function app_private.account_waits_until(address text, account_id bigint, place text) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return (
    select max(sc.counted_at + interval '1 hour' * ((sc.spent + 1) / app_private.sign_ins_per_hour(sc.place) - 1))
    from app_private.sign_in_counts sc
    where sc.address_hash = sha256(convert_to(account_waits_until.address, 'utf8'))
      and (sc.place = 'account ' || account_waits_until.account_id
        or sc.place = 'elsewhere' and not exists (
          select from app_private.known_places kp
          where kp.account_id = account_waits_until.account_id and kp.place = account_waits_until.place)));
end
$$;

comment on function app_private.account_waits_until(text, bigint, text) is
'Until when an account of an address (null: one that does not exist) cannot be signed in to from a place: after 60 successes an hour, and after 30 failures an hour at places it does not know, unless it knows this one. Null is not at all.';

revoke all on function app_private.account_waits_until(text, bigint, text) from public;
