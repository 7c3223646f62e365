create or replace function app_public.guardians_of_customers(clinic_id bigint, customer_ids bigint[])
returns setof app_public.customer_guardian
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_private.require_clinic_role(guardians_of_customers.clinic_id, 'staff');
  if cardinality(customer_ids) > 1000 then
    perform app_hidden.refuse('invalid_argument', 'At most 1000 customers at a time.', '{"argument": "customerIds"}');
  end if;
  return query
    select cc.clinic_id, cc.customer_id, g.relation, coalesce(own.full_name, c.full_name), own.customer_id, own.phone
    from app_public.clinic_customers cc
    join app_public.guardianships g on g.dependant_customer_id = cc.customer_id
      and g.ended_at is null and (g.until is null or g.until > current_date)
    join app_public.customers c on c.id = g.guardian_customer_id
    left join app_public.clinic_customers own
      on own.clinic_id = cc.clinic_id and own.customer_id = g.guardian_customer_id
    where cc.clinic_id = guardians_of_customers.clinic_id and cc.customer_id = any (customer_ids)
    order by cc.customer_id, g.created_at, g.guardian_customer_id;
end
$$;

comment on function app_public.guardians_of_customers is
'The guardians of customers in a clinic''s records (at most 1000): who books for them. The name is that of the '
'clinic''s own record of the guardian, else that of the profile. The id and the phone number are given only if they '
'are in the clinic''s own record, because the guardian has given other contacts to other clinics only. For staff. '
'Refuses unauthenticated, forbidden, invalid_argument.';

grant execute on function app_public.guardians_of_customers to app_staff;
