create or replace function app_private.count_delivery(channel text, outcome text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  insert into app_private.delivery_counters as dc (channel, outcome, part, total)
  values (count_delivery.channel, count_delivery.outcome, pg_backend_pid() % 8, 1)
  on conflict on constraint deliveries_are_counted_once do update set total = dc.total + 1;
end
$$;

comment on function app_private.count_delivery(text, text) is 'Counts an outcome of a channel: sent, failed or dead.';

revoke all on function app_private.count_delivery(text, text) from public;
