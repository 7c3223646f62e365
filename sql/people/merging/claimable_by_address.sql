create or replace function app_private.claimable_by_address(address app_public.email_address)
returns table (customer_id bigint, clinic_id bigint, full_name text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    select cc.customer_id, cc.clinic_id, cc.full_name
    from app_public.clinic_customers cc
    join app_public.customers c on c.id = cc.customer_id
    where cc.email = claimable_by_address.address
      and c.is_active and c.merged_into_id is null
      -- Nobody's yet: never registered, or registered by somebody who did not prove the address, so that the account
      -- was ended when its owner did (end_unconfirmed_accounts).
      and not exists (
        select from app_private.accounts a
        where a.id = c.account_id and (a.email_verified_at is not null or a.password_hash is not null
          or a.claimed_email is distinct from claimable_by_address.address
          or exists (select from app_private.external_identities ei where ei.account_id = a.id)))
      and not exists (
        select from app_public.guardianships g
        where g.dependant_customer_id = c.id and g.ended_at is null and (g.until is null or g.until > current_date))
      and not exists (select from app_private.erasures e where e.customer_id = c.id);
end
$$;

comment on function app_private.claimable_by_address is
'The records that clinics made with an e-mail address and that nobody has claimed. Someone who has proved the address '
'may claim them.';
