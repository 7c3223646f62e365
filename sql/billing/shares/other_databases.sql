create or replace function billing_private.other_databases() returns table (shard_id int, address text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select s.id, s.address from app_private.shards s where s.state = 'active' order by s.id;
end
$$;

comment on function billing_private.other_databases is
'The shards and their addresses, for the billing process of the global database, which passes on to each what was '
'paid for it. Returns no rows in a shard, and without shards.';

grant execute on function billing_private.other_databases to app_billing;
