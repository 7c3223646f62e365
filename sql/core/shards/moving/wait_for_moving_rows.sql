create or replace function app_private.wait_for_moving_rows() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtext('medislot moving rows'));
end
$$;

comment on function app_private.wait_for_moving_rows is
'Waits until no other transaction copies rows of a clinic to this database or removes them, and marks this '
'transaction, until its end, as one that does. Such a transaction takes long and writes no new events, so events of '
'other transactions are published and sealed meanwhile (app_private.event_horizon).';
