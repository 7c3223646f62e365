create or replace function app_private.entry_of(booking app_public.bookings) returns app_public.consultation_entry
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  entry app_public.consultation_entry;
begin
  select c.clinic_id, c.booking_id, case
      when booking.status = 'cancelled' or not booking.is_online then 'cancelled'
      when c.state in ('unwanted', 'over') or c.closes_at <= now() then 'over'
      when now() < c.opens_at then 'early'
      when c.state <> 'ready' then 'preparing'
      else 'open'
    end::app_public.consultation_phase as phase,
    booking.visit_starts_at, booking.visit_ends_at, c.opens_at, c.closes_at, cl.time_zone, cl.name as clinic_name,
    d.full_name as doctor_name, c.patient_came_at, c.doctor_came_at, p.records_visits, p.recordings_kept_for,
    case when rc.patient_withdrew_at is null then rc.patient_agreed_at end,
    case when rc.doctor_withdrew_at is null then rc.doctor_agreed_at end
  into entry.clinic_id, entry.booking_id, entry.phase, entry.starts_at, entry.ends_at, entry.opens_at,
    entry.closes_at, entry.time_zone, entry.clinic_name, entry.doctor_name, entry.patient_came_at,
    entry.doctor_came_at, entry.is_recorded, entry.recordings_kept_for, entry.patient_agreed_at, entry.doctor_agreed_at
  from app_public.consultations c
  join app_public.clinics cl on cl.id = c.clinic_id
  join app_public.doctors d on d.clinic_id = c.clinic_id and d.id = booking.doctor_id
  join app_public.policies p on p.clinic_id = c.clinic_id
  left join app_public.recording_consents rc on rc.clinic_id = c.clinic_id and rc.booking_id = c.booking_id
  where c.clinic_id = booking.clinic_id and c.booking_id = booking.id;
  return entry;
end
$$;

comment on function app_private.entry_of is
'The entrance of an online visit as it is now. Null for a visit that was never online.';
