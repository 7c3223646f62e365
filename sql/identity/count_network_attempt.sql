create or replace function app_private.count_network_attempt(kind text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  from_network cidr := app_private.client_network();
begin
  if from_network is null then
    return;
  end if;
  insert into app_private.network_attempts as na (kind, network, spent) values (count_network_attempt.kind, from_network, 1)
  on conflict on constraint a_network_is_counted_once_a_kind do update
    set spent = 1 + greatest(0, na.spent - (
          select nl.per_hour * greatest(0, extract(epoch from now() - na.counted_at)::float8 / 3600)
          from app_private.network_limits nl where nl.kind = na.kind)),
        counted_at = greatest(na.counted_at, now());
end
$$;

comment on function app_private.count_network_attempt(text) is
'Counts an attempt of this kind against the request''s network. What is raised afterwards takes it back.';

revoke all on function app_private.count_network_attempt(text) from public;
