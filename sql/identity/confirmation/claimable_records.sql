create or replace function app_public.claimable_records() returns setof app_public.claimable_record
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  address constant app_public.email_address := app_private.proven_address();
  parts jsonb;
begin
  if address is null then
    return;
  end if;
  parts := app_private.in_shards('claimable_records', '{}');
  return query
    select r.clinic_id, r.clinic_name, r.customer_id, r.full_name, r.created_at
    from (
      select cc.clinic_id, cl.name as clinic_name, cc.customer_id, cc.full_name, cc.created_at
      from app_private.claimable_by_address(address) a
      join app_public.clinic_customers cc on cc.clinic_id = a.clinic_id and cc.customer_id = a.customer_id
      join app_public.clinics cl on cl.id = cc.clinic_id
      union all
      -- A shard does not know everything about accounts.
      select s.clinic_id, s.clinic_name, s.customer_id, s.full_name, s.created_at
      from jsonb_populate_recordset(
        null::app_public.claimable_record, app_private.joined_parts(parts, 'records')) s
      where app_private.is_unclaimed(s.customer_id, address)
    ) r
    order by r.created_at, r.customer_id;
end
$$;

comment on function app_public.claimable_records is
'The records that clinics have under the e-mail address that the caller has confirmed and that belong to no account: a '
'desk made them, or somebody who never confirmed the address. claim_customer adds one to the caller''s account. Empty '
'for callers who are not signed in or have not confirmed their address. In an installation with shards it has the '
'records of all of them. Refuses shards_first in psql with shards.';

grant execute on function app_public.claimable_records to app_customer;
