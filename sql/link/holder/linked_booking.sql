create or replace function app_private.linked_booking(clinic_id bigint, booking_id bigint)
returns app_public.linked_booking
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  view app_public.linked_booking;
begin
  select b.clinic_id, b.id, b.booking_slot_id, b.status, b.sequence, b.visit_starts_at, b.visit_ends_at, d.id,
    d.full_name, s.id, s.name, c.name, c.address, c.phone, c.time_zone, b.visit_starts_at - r.cutoff,
    b.status = 'booked' and now() <= b.visit_starts_at - r.cutoff and now() < b.visit_starts_at,
    app_public.calendar_uid(b.clinic_id, b.id), b.is_online, app_private.join_url('', b), app_private.room_of(b), null
  into view
  from app_public.bookings b
  join app_public.clinics c on c.id = b.clinic_id
  join app_public.doctors d on d.clinic_id = b.clinic_id and d.id = b.doctor_id
  join app_public.policies p on p.clinic_id = b.clinic_id
  left join app_public.services s on s.clinic_id = b.clinic_id and s.id = b.service_id
  cross join lateral (select coalesce(s.cancellation_cutoff, p.cancellation_cutoff) as cutoff) r
  where b.clinic_id = linked_booking.clinic_id and b.id = linked_booking.booking_id;
  return view;
end
$$;

comment on function app_private.linked_booking is
'A booking as the holder of its link sees it. The caller has verified the link.';
