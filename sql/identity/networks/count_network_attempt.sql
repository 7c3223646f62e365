create or replace function app_private.count_network_attempt(kind text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  insert into app_private.network_attempts as na (kind, network, spent)
  select count_network_attempt.kind, cn.network, 1 from app_private.client_networks() cn
  on conflict on constraint a_network_is_counted_once_a_kind do update
    set spent = 1 + greatest(0, na.spent - (
          select nl.per_hour * cn.growth * greatest(0, extract(epoch from now() - na.counted_at)::float8 / 3600)
          from app_private.network_limits nl, app_private.client_networks() cn
          where nl.kind = na.kind and cn.network = na.network)),
        counted_at = greatest(na.counted_at, now());
end
$$;

comment on function app_private.count_network_attempt is
'Counts an attempt of this kind for each network of the request. If the transaction is refused later, the count is '
'rolled back.';
