create or replace function app_private.require_resource(clinic_id bigint, resource_id bigint)
returns app_public.resources
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  resource app_public.resources;
begin
  select r.* into resource from app_public.resources r
  where r.clinic_id = require_resource.clinic_id and r.id = require_resource.resource_id for no key update;
  if resource.id is null then
    perform app_hidden.refuse('resource_not_found', 'No such room or equipment in this clinic.',
      jsonb_build_object('resourceId', require_resource.resource_id::text));
  end if;
  return resource;
end
$$;

comment on function app_private.require_resource is
'A resource of the clinic, active or not, locked for a change. Refuses resource_not_found.';
