create or replace function app_private.count_sign_in(address text, place text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  insert into app_private.sign_in_counts as sc (address_hash, place, spent)
  values (sha256(convert_to(count_sign_in.address, 'utf8')), count_sign_in.place, 1)
  on conflict on constraint an_address_is_counted_once_a_place do update
    set spent = 1 + greatest(0, sc.spent
          - app_private.sign_ins_per_hour(sc.place)
          * greatest(0, extract(epoch from now() - sc.counted_at)::float8 / 3600)),
        counted_at = greatest(sc.counted_at, now());
end
$$;

comment on function app_private.count_sign_in is
'Counts a sign-in with an address at a place, whether or not the address has an account. If the transaction is '
'refused later, the count is rolled back.';
