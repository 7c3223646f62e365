create or replace function app_private.put_network_slots(taken jsonb) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- Another server may be adding the same rows.
  perform pg_advisory_xact_lock(hashtext('medislot network slots'));
  insert into app_private.network_slots
  select t.* from jsonb_populate_recordset(null::app_private.network_slots, taken) t
  where t.shard_id is not null and not exists (
    select from app_private.network_slots ns
    where (ns.network, ns.taken_at, ns.shard_id, ns.in_clinic_id, ns.slot_date)
      = (t.network, t.taken_at, t.shard_id, t.in_clinic_id, t.slot_date));
end
$$;

comment on function app_private.put_network_slots is
'Adds the slots that networks have taken in other databases (app_private.own_network_slots) and that are not here yet, '
'so that they count for the limit here, too. May be repeated. For servers of an installation with shards.';

grant execute on function app_private.put_network_slots to app_authenticator;
