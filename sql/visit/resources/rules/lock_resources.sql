create or replace function app_private.lock_resources(clinic_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('medislot resources', lock_resources.clinic_id));
end
$$;

comment on function app_private.lock_resources is
'Lets one transaction at a time choose rooms and equipment in a clinic. One lock for all of them: locks on each could '
'be taken in different orders by transactions that book several visits. Taken after slots, bookings and customers, and '
'only for services with needs.';
