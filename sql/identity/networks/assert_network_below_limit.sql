create or replace function app_private.assert_network_below_limit(kind text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  free_at timestamptz;
begin
  -- The count decreases at a steady rate, so that nobody waits a full hour. The row is not locked: concurrent requests
  -- may exceed the limit slightly.
  select max(na.counted_at
    + interval '1 hour' * ((na.spent + 1 - nl.burst * cn.growth) / (nl.per_hour * cn.growth))) into free_at
  from app_private.client_networks() cn
  join app_private.network_attempts na
    on na.kind = assert_network_below_limit.kind and na.network = cn.network
  join app_private.network_limits nl on nl.kind = na.kind;
  perform app_private.refuse_until(free_at);
end
$$;

comment on function app_private.assert_network_below_limit is
'Refuses (too_many_attempts, detail: retryAfterSeconds) while a network of the request has reached its limit for this '
'kind (app_private.network_limits, multiplied for larger networks).';
