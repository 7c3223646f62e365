create or replace function app_private.count_failure(address text, place text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- Counted in the order in which sign_in locks the places.
  if not exists (
       select from app_private.known_places kp join app_private.accounts a on a.id = kp.account_id
       where kp.place = count_failure.place
         and (a.email = count_failure.address or a.claimed_email = count_failure.address)) then
    perform app_private.count_sign_in(count_failure.address, 'elsewhere');
  end if;
  perform app_private.count_sign_in(count_failure.address, count_failure.place);
end
$$;

comment on function app_private.count_failure is
'Counts a wrong password for an address, whether or not it has an account: at the place it came from and, unless an '
'account of the address has signed in there before, for all unknown places together.';
