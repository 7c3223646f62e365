create or replace function app_private.export_bookings(customer_id bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return (
    select coalesce(jsonb_agg(
      jsonb_build_object(
        'clinicId', b.clinic_id::text, 'clinicName', c.name, 'bookingId', b.id::text, 'doctorName', d.full_name,
        'serviceName', s.name, 'startsAt', b.visit_starts_at, 'endsAt', b.visit_ends_at,
        'status', b.status, 'note', b.note, 'isOnline', b.is_online, 'room', b.room, 'joinedAt', b.joined_at,
        'recordings', app_private.recordings_of(b.clinic_id, b.id),
        'recordingConsent', app_private.recording_consent_of(b.clinic_id, b.id),
        'answers', coalesce(b.answers, '[]'), 'cancelledAt', b.cancelled_at, 'cancelledBy', b.cancelled_by,
        'cancellationReason', b.cancellation_reason,
        'createdAt', b.created_at, 'archivedAt', b.archived_at)
      order by b.visit_starts_at, b.clinic_id, b.id), '[]')
    from (
      select x.clinic_id, x.id, x.doctor_id, x.service_id, x.visit_starts_at, x.visit_ends_at,
        x.status, x.note, x.cancelled_at, x.cancelled_by,
        x.cancellation_reason, x.created_at, app_private.answers_of(x.clinic_id, x.id) as answers,
        null::timestamptz as archived_at, x.is_online, (
          select co.patient_came_at from app_public.consultations co
          where co.clinic_id = x.clinic_id and co.booking_id = x.id) as joined_at, app_private.room_of(x) as room
      from app_public.bookings x where x.customer_id = export_bookings.customer_id
        -- Copies of those in shards, which export them with their notes.
        and not exists (select from app_private.clinic_shards cs where cs.clinic_id = x.clinic_id)
      union all
      select x.clinic_id, x.id, x.doctor_id, x.service_id, x.visit_starts_at, x.visit_ends_at,
        x.status, x.note, x.cancelled_at, x.cancelled_by,
        x.cancellation_reason, x.created_at, x.answers, x.archived_at, x.is_online, null, x.room
      from app_public.archived_bookings x where x.customer_id = export_bookings.customer_id
    ) b
    join app_public.clinics c on c.id = b.clinic_id
    join app_public.doctors d on d.clinic_id = b.clinic_id and d.id = b.doctor_id
    left join app_public.services s on s.clinic_id = b.clinic_id and s.id = b.service_id);
end
$$;

comment on function app_private.export_bookings is
'All bookings of a customer, archived ones included, as export_customer returns them: with the visit''s own start and '
'end, without buffers.';
