create or replace function app_private.export_waiting_list(customer_id bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return (
    select coalesce(jsonb_agg(
      jsonb_build_object('clinicId', w.clinic_id::text, 'clinicName', c.name, 'serviceName', s.name,
        'doctorName', d.full_name, 'specializationName', sp.name, 'weekdays', w.weekdays, 'notBefore', w.not_before,
        'notAfter', w.not_after, 'fromDate', w.from_date, 'untilDate', w.until_date,
        'bookingId', w.booking_id::text, 'state', w.state, 'joinedAt', w.joined_at, 'endedAt', w.ended_at,
        'offers', (
          select coalesce(jsonb_agg(
            jsonb_build_object('startsAt', bs.starts_at, 'headStartFrom', lower(o.head_start),
              'headStartUntil', upper(o.head_start), 'state', o.state, 'offeredAt', o.offered_at,
              'endedAt', o.ended_at)
            order by o.offered_at, o.id), '[]')
          from app_public.slot_offers o
          join app_public.booking_slots bs on bs.clinic_id = o.clinic_id and bs.id = o.booking_slot_id
          where o.clinic_id = w.clinic_id and o.waiting_id = w.id))
      order by w.joined_at, w.clinic_id, w.id), '[]')
    from app_public.waiting_list w
    join app_public.clinics c on c.id = w.clinic_id
    left join app_public.services s on s.clinic_id = w.clinic_id and s.id = w.service_id
    left join app_public.doctors d on d.clinic_id = w.clinic_id and d.id = w.doctor_id
    left join app_public.specializations sp on sp.id = w.specialization_id
    where w.customer_id = export_waiting_list.customer_id
      -- Copies of what shards export.
      and not exists (select from app_private.clinic_shards cs where cs.clinic_id = w.clinic_id));
end
$$;

comment on function app_private.export_waiting_list is
'What a customer waits or waited for, with the times that were offered, as export_customer returns it.';
