create or replace function app_public.set_service_doctors(
  clinic_id bigint, service_id bigint, doctor_ids bigint[], row_version int default null,
  durations interval[] default null)
returns app_public.services
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  service app_public.services;
  unknown bigint;
begin
  perform app_private.require_clinic_role(set_service_doctors.clinic_id, 'manage');
  service := app_private.require_service(set_service_doctors.clinic_id, set_service_doctors.service_id);
  perform app_private.require_version('services', set_service_doctors.row_version, service.row_version);
  if cardinality(durations) <> cardinality(doctor_ids) then
    perform app_hidden.refuse('invalid_argument', 'There is one duration for each doctor, or none at all.',
      '{"argument": "durations"}');
  end if;
  select wanted into unknown from unnest(doctor_ids) wanted
  where not exists (select from app_public.doctors d where d.clinic_id = service.clinic_id and d.id = wanted) limit 1;
  if found then
    perform app_hidden.refuse('doctor_not_found', 'No such doctor in this clinic.',
      jsonb_build_object('doctorId', unknown::text));
  end if;
  delete from app_public.doctor_services ds
  where ds.clinic_id = service.clinic_id and ds.service_id = service.id
    and ds.doctor_id <> all (coalesce(doctor_ids, '{}'));
  insert into app_public.doctor_services as ds (clinic_id, doctor_id, service_id, duration)
  select distinct on (wanted.id) service.clinic_id, wanted.id, service.id, wanted.duration
  from unnest(doctor_ids, set_service_doctors.durations) with ordinality wanted (id, duration, place)
  order by wanted.id, wanted.place
  on conflict on constraint a_doctor_offers_a_service_once do update set duration = excluded.duration
  where set_service_doctors.durations is not null and ds.duration is distinct from excluded.duration;
  select s.* into service from app_public.services s where s.clinic_id = service.clinic_id and s.id = service.id;
  return service;
end
$$;

comment on function app_public.set_service_doctors is
'Says which doctors offer a service: these and no others. `durations` has one for each doctor, in the same order: how '
'long the visit takes with this doctor, or null if it takes as long as the service says. Without it, doctors who '
'offered the service already keep their own duration. Bookings stay. For managers. Refuses forbidden, '
'unauthenticated, service_not_found, doctor_not_found, invalid_argument, stale_row_version.';

grant execute on function app_public.set_service_doctors to app_staff;
