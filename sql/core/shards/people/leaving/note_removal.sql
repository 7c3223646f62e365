create or replace function app_private.note_removal(customer_id bigint, arrived_at timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
begin
  insert into app_private.copied_removals as cr (customer_id, arrived_at)
  values (note_removal.customer_id, note_removal.arrived_at)
  on conflict on constraint a_removal_is_carried_out_once
  do update set arrived_at = greatest(cr.arrived_at, excluded.arrived_at);
end
$$;

comment on function app_private.note_removal is
'Notes that the visits of a customer at the clinics of this shard are to be cancelled.';
