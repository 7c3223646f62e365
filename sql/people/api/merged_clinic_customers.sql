create or replace function app_public.merged_clinic_customers(clinic_id bigint)
returns setof app_public.merged_clinic_customer
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_private.require_clinic_role(merged_clinic_customers.clinic_id, 'staff');
  return query
    select cc.clinic_id, cc.customer_id, c.merged_into_id, m.merged_at
    from app_public.clinic_customers cc
    join app_public.customers c on c.id = cc.customer_id and c.merged_into_id is not null
    join app_public.clinic_customers into_record
      on into_record.clinic_id = cc.clinic_id and into_record.customer_id = c.merged_into_id
    join app_public.customer_merges m on m.from_customer_id = c.id and m.undone_at is null
    where cc.clinic_id = merged_clinic_customers.clinic_id
    order by m.merged_at, cc.customer_id;
end
$$;

comment on function app_public.merged_clinic_customers is
'Pairs of a clinic''s own records that belong to one person, oldest merge first: integrators replace customer_id by '
'surviving_customer_id. A record whose survivor the clinic does not know is not listed, since that would reveal who '
'has an account. For staff. Refuses unauthenticated, forbidden.';

grant execute on function app_public.merged_clinic_customers to app_staff;
