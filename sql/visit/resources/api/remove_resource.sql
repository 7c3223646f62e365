create or replace function app_public.remove_resource(
  clinic_id bigint, resource_id bigint, row_version int default null)
returns app_public.resources
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  resource app_public.resources;
begin
  perform app_private.require_clinic_role(remove_resource.clinic_id, 'manage');
  resource := app_private.require_resource(remove_resource.clinic_id, remove_resource.resource_id);
  perform app_private.require_version('resources', remove_resource.row_version, resource.row_version);
  begin
    delete from app_public.resources r where r.clinic_id = resource.clinic_id and r.id = resource.id;
    resource.is_active := false;
  exception when foreign_key_violation then
    -- Without it, visits to a service that needs it would be booked although nothing can meet the need.
    update app_public.resources r set is_active = false
    where r.clinic_id = resource.clinic_id and r.id = resource.id returning r.* into resource;
  end;
  return resource;
end
$$;

comment on function app_public.remove_resource is
'Removes a room or equipment. One that a service needs, or a visit has, becomes inactive instead: it is given to no '
'further visit. Returns it. For managers. Refuses forbidden, unauthenticated, resource_not_found, stale_row_version.';

grant execute on function app_public.remove_resource to app_staff;
