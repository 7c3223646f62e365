create or replace function app_private.client_networks() returns table (network cidr, growth int)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  address inet := app_private.client_address();
begin
  return query
    select network(set_masklen(address, ns.prefix_length))::cidr, ns.growth
    from app_private.network_sizes ns where ns.family = family(address)
    -- The smallest first: so two requests lock the counts of networks that they share in one order.
    order by ns.prefix_length desc;
end
$$;

comment on function app_private.client_networks is
'The networks that the current request comes from (app_private.network_sizes), the smallest first, and by what limits '
'are multiplied there. None for this machine and outside a request.';
