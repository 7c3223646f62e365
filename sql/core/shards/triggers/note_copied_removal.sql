create or replace function app_private.note_copied_removal() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_private.note_removal(NEW.customer_id, now());
  return null;
end
$$;

comment on function app_private.note_copied_removal is
'Trigger on removals in a shard, fired by replication only: notes that the visits of the customer at the clinics here '
'are to be cancelled (app_private.carry_out_removal). Not done here at once, since what replication changes fires no '
'other triggers, and an error would stop all copies. Created by app_private.become_shard.';
