create or replace function app_private.claimable_by_address(address app_public.email_address)
returns table (customer_id bigint, clinic_id bigint, full_name text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    select cc.customer_id, cc.clinic_id, cc.full_name
    from app_public.clinic_customers cc
    where cc.email = claimable_by_address.address
      and app_private.is_unclaimed(cc.customer_id, claimable_by_address.address);
end
$$;

comment on function app_private.claimable_by_address is
'The records that clinics made with an e-mail address and that nobody has claimed. Someone who has proved the address '
'may claim them.';
