create or replace function app_private.lock_resources(clinic_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('medislot resources', lock_resources.clinic_id));
end
$$;

comment on function app_private.lock_resources is
'Lets one transaction at a time choose rooms and equipment in a clinic. There is one lock for all of them, because '
'transactions that book several visits could take separate locks in different orders. Taken after slots, bookings and '
'customers, and only for services with needs.';
