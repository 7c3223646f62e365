create or replace function billing_private.databases_of_event(own_id bigint default null) returns setof text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select s.address from app_private.shards s
    where s.state = 'active' and (
      own_id is null
      or s.id = own_id / 1000000000000
      or exists (
        select from app_private.clinic_shards cs
        where cs.shard_id = s.id and cs.clinic_id / 1000000000000 <> cs.shard_id))
    order by s.id;
end
$$;

comment on function billing_private.databases_of_event is
'The addresses of the shards that may have the checkout or refund of a provider''s event (`own_id`, null if the event '
'does not say): the one that made its id, and those to which clinics were moved. In the global database, for its '
'billing process, which passes the event on. Returns no rows in a shard, and without shards.';

grant execute on function billing_private.databases_of_event to app_billing;
