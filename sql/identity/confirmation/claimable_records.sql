create or replace function app_public.claimable_records() returns setof app_public.claimable_record
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    select cc.clinic_id, cl.name, cc.customer_id, cc.full_name, cc.created_at
    from app_private.claimable_by_address(app_private.proven_address()) r
    join app_public.clinic_customers cc on cc.clinic_id = r.clinic_id and cc.customer_id = r.customer_id
    join app_public.clinics cl on cl.id = cc.clinic_id
    order by cc.created_at, cc.customer_id;
end
$$;

comment on function app_public.claimable_records is
'The records that clinics have under the e-mail address that the caller has confirmed and that belong to no account: a '
'desk made them, or somebody who never confirmed the address. claim_customer adds one to the caller''s account. Empty '
'for callers who are not signed in or have not confirmed their address.';

grant execute on function app_public.claimable_records to app_customer;
