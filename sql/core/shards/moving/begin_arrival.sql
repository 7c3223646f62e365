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
  -- Rows come as they are, with their history: triggers have done their work in the other database.
  perform set_config('session_replication_role', 'replica', true);
end
$$;

comment on function app_private.begin_arrival is
'From here until end_arrival, in the same transaction, rows of a clinic are copied to this database: without triggers, '
'and without copies of them to the global database. The owner needs the right to set session_replication_role. Refuses '
'clinic_not_movable if the clinic is here.';
