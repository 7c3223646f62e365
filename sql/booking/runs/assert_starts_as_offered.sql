create or replace function app_private.assert_starts_as_offered(
  service app_public.services, visit_starts_at timestamptz)
returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  zone text;
begin
  if service.start_every is null then
    return;
  end if;
  select c.time_zone into zone from app_public.clinics c where c.id = service.clinic_id;
  if mod(extract(epoch from (assert_starts_as_offered.visit_starts_at at time zone zone)::time)::int,
      extract(epoch from service.start_every)::int) <> 0 then
    perform app_hidden.refuse('start_not_offered', 'Visits of this service do not start at this time.',
      jsonb_build_object('serviceId', service.id::text, 'startsAt', assert_starts_as_offered.visit_starts_at,
        'startEveryMinutes', extract(epoch from service.start_every)::int / 60));
  end if;
end
$$;

comment on function app_private.assert_starts_as_offered is
'Checks that a visit of the service may start at this instant: services.start_every allows only its multiples after '
'midnight, in the clinic''s local time. The desk is not bound. Refuses start_not_offered.';
