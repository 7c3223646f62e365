create or replace function app_private.remove_ended_claims(
  resource app_public.resources, visit_starts_at timestamptz, visit_ends_at timestamptz) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  delete from app_public.resource_claims c
  where c.clinic_id = resource.clinic_id and c.resource_id = resource.id and c.booking_id is null
    and c.during && tstzrange(visit_starts_at, visit_ends_at + resource.turnover) and not app_private.is_still_held(c);
end
$$;

comment on function app_private.remove_ended_claims is
'Removes the claims on a resource, at the time of a visit, that were made for holds which have ended. The constraint '
'that claims never overlap still counts them.';
