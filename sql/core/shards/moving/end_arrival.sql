create or replace function app_private.end_arrival(clinic_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('session_replication_role', 'origin', true);
  delete from app_private.clinic_moves cm where cm.clinic_id = end_arrival.clinic_id and cm.state = 'gone';
  perform app_private.publish_copies();
  insert into app_private.catalogue_changes default values;
end
$$;

comment on function app_private.end_arrival is
'Ends begin_arrival: from here on, what is written is copied to the global database as usual.';
