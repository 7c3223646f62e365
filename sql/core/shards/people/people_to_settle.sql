create or replace function app_private.people_to_settle(at timestamptz default now())
returns table (clinic_id bigint, customer_id bigint, address text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    select ps.clinic_id, ps.customer_id, s.address
    from app_private.people_of_shards ps
    left join app_private.clinic_shards cs on cs.clinic_id = ps.clinic_id
    left join app_private.shards s on s.id = cs.shard_id
    -- No call takes that long, so a customer whom the shard does not use by then will not be used.
    where ps.recorded_at < people_to_settle.at - interval '1 hour'
      and (s.id is not null or app_private.has_clinic(ps.clinic_id))
    order by s.id, ps.clinic_id, ps.customer_id;
end
$$;

comment on function app_private.people_to_settle is
'Customers whom the global database has recorded for clinics in shards more than an hour before `at`, each with the '
'address of the clinic''s shard, which has to be asked whether they are used. The address is null if the clinic was '
'moved to the global database since.';
