create or replace function app_private.refuse_without_resources(wish app_private.resource_wish) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_hidden.refuse('no_resource_free', 'No room, or no equipment, that the visit needs is free at this time.',
    jsonb_build_object('serviceId', wish.service_id::text, 'startsAt', wish.starts_at, 'endsAt', wish.ends_at));
end
$$;

comment on function app_private.refuse_without_resources is
'Refuses no_resource_free. The detail has the service and the time, but not which resource it is: equipment is known '
'to the staff only.';
