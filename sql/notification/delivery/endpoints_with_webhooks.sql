create or replace function app_private.endpoints_with_webhooks()
returns table (clinic_id bigint, endpoint_id bigint)
language plpgsql stable rows 10 set search_path = pg_catalog, pg_temp as $$
begin
  return query
    with recursive waiting as (
      (select n.clinic_id, n.endpoint_id from app_public.notifications n
       where n.state = 'pending' and n.channel = 'webhook' order by n.clinic_id, n.endpoint_id limit 1)
      union all
      select x.clinic_id, x.endpoint_id
      from waiting w cross join lateral (
        select n.clinic_id, n.endpoint_id from app_public.notifications n
        where n.state = 'pending' and n.channel = 'webhook'
          and (n.clinic_id, n.endpoint_id) > (w.clinic_id, w.endpoint_id)
        order by n.clinic_id, n.endpoint_id limit 1) x
    )
    select w.clinic_id, w.endpoint_id from waiting w;
end
$$;

comment on function app_private.endpoints_with_webhooks is
'The endpoints that have pending messages, due or not, found with one index lookup per endpoint, however many messages '
'there are.';
