create or replace function app_private.note_copied_erasure() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- The row arrives before the changes of the account and the customer, which the global database makes after it, so
  -- their addresses are still here.
  perform app_private.note_erasure(NEW.customer_id);
  return null;
end
$$;

comment on function app_private.note_copied_erasure is
'Trigger on erasures in a shard, fired by replication only: notes that the person is to be erased at the clinics here '
'(app_private.carry_out_erasure). Not done here at once, since what replication changes fires no other triggers, and '
'an error would stop all copies. Created by app_private.become_shard.';
