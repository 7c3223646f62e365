create or replace function app_private.refuse_hasty_network(kind text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  free_at timestamptz;
begin
  -- Forgiven at a steady rate, so that nobody has to wait for an hour to begin. Not locked: who comes at the same moment may be one too many.
  select na.counted_at + interval '1 hour' * ((na.spent + 1 - nl.burst) / nl.per_hour) into free_at
  from app_private.network_attempts na
  join app_private.network_limits nl on nl.kind = na.kind
  where na.kind = refuse_hasty_network.kind and na.network = app_private.client_network();
  perform app_private.refuse_while_waiting(free_at);
end
$$;

comment on function app_private.refuse_hasty_network(text) is
'Refuses (too_many_attempts, detail: retryAfterSeconds) while the request''s network has spent what app_private.network_limits allows it of this kind.';

revoke all on function app_private.refuse_hasty_network(text) from public;
