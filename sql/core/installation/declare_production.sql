create or replace function app_private.declare_production() returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  update app_private.installation i set is_production = true where not i.is_production;
end
$$;

comment on function app_private.declare_production is
'Records that this database is a production system. It then refuses what only developers need, such as webhooks to '
'their own machine. Called by workers with NODE_ENV=production. No program reverts it; to use a copy for development: '
'update app_private.installation set is_production = false.';
