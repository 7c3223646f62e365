create or replace function app_private.networks_near_limit(databases int, within interval) returns setof cidr
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp set timezone = 'UTC' set jit = off as $$
begin
  return query
    select distinct larger.network
    from (
      select distinct ns.network from app_private.network_slots ns
      where ns.taken_at > now() - networks_near_limit.within and ns.shard_id is null) lately
    join app_private.network_sizes sizes on sizes.family = family(lately.network)
    cross join lateral (
      select network(set_masklen(lately.network, sizes.prefix_length))::cidr as network) larger
    join app_private.network_limits nl on nl.kind = 'booking'
    -- As in app_private.count_taken_slot.
    where (
      select sum(ns.slots) from app_private.network_slots ns
      where ns.network >= larger.network
        and ns.network <= set_masklen(broadcast(larger.network), case sizes.family when 4 then 32 else 128 end)
        and ns.taken_at > now() - interval '1 hour' * nl.burst / nl.per_hour
    ) * networks_near_limit.databases >= nl.burst * sizes.growth;
end
$$;

comment on function app_private.networks_near_limit is
'Networks that have taken a slot here within this time, and here have taken at least the limit of '
'app_private.network_limits (kind booking) divided by the number of databases. A network that has reached the limit in '
'all databases together has taken that many in at least one of them. For servers of an installation with shards, which '
'ask every second.';

grant execute on function app_private.networks_near_limit to app_authenticator;
