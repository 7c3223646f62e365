create or replace function app_private.own_network_slots(networks cidr[]) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  own_shard constant int := coalesce((select i.shard_id from app_private.installation i), 0);
begin
  return (
    select coalesce(jsonb_agg(to_jsonb(t)), '[]')
    from (
      select ns.network, ns.taken_at, ns.in_clinic_id, ns.slot_date, sum(ns.slots)::int as slots, own_shard as shard_id
      from unnest(networks) larger (network)
      join app_private.network_slots ns on ns.network >= larger.network and ns.network
        <= set_masklen(broadcast(larger.network), case family(larger.network) when 4 then 32 else 128 end)
      where ns.shard_id is null and ns.taken_at > now() - interval '1 day'
      group by 1, 2, 3, 4) t);
end
$$;

comment on function app_private.own_network_slots is
'The slots that these networks have taken in this database within a day, as rows of app_private.network_slots for '
'put_network_slots in another database. For servers of an installation with shards.';

grant execute on function app_private.own_network_slots to app_authenticator;
