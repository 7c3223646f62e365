create or replace function app_private.clear_failures(address text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform from app_private.sign_in_counts sc
  where sc.address_hash = sha256(convert_to(clear_failures.address, 'utf8')) order by sc.place for update;
  delete from app_private.sign_in_counts sc
  where sc.address_hash = sha256(convert_to(clear_failures.address, 'utf8'))
    and not starts_with(sc.place, 'account ');
end
$$;

comment on function app_private.clear_failures is
'Removes all counted failures to sign in with an address, after its owner has proved to be the owner.';
