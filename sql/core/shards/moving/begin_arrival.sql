create or replace function app_private.begin_arrival(clinic_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- An attempt that was interrupted may still be about to commit.
  perform app_private.wait_for_moving_rows();
  if app_private.has_clinic(begin_arrival.clinic_id) then
    perform app_hidden.refuse('clinic_not_movable', 'This clinic is in this database already.',
      '{"because": "has_arrived"}');
  end if;
  if app_private.is_shard() then
    -- The global database has copies of these rows already, from the database that the clinic leaves.
    perform app_private.publish_copies(without_clinic => begin_arrival.clinic_id);
  end if;
  -- Rows are copied as they are, with their history: triggers have already run in the other database.
  perform set_config('session_replication_role', 'replica', true);
end
$$;

comment on function app_private.begin_arrival is
'Begins to copy rows of a clinic to this database: until end_arrival, in the same transaction, no triggers fire, and '
'the rows are not copied to the global database. The owner needs the right to set session_replication_role. Refuses '
'clinic_not_movable if the clinic is here.';
